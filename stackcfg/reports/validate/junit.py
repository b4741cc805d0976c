"""Findings as JUnit XML: a suite for each file, a test case for each finding."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from stackcfg.light_typing import Final
from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import flat, visible
from stackcfg.reports.console.problems import locate
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import INFO, FileResult, Finding

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
COUNTED: Final = {"tests": "testcase", "failures": "failure", "errors": "error"}


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return all results as one XML document; errors and warnings are failures."""
    root = Element("testsuites", name="stackcfg validate")
    root.extend(_suite(result) for result in results)
    _set_counts(root)
    indent(root)
    return HEAD + tostring(root, encoding="unicode") + "\n"


def _suite(result: FileResult) -> Element:
    file = visible(result.file)
    suite = Element("testsuite", name=file)
    if result.judges:
        properties = SubElement(suite, "properties")
        releases = ", ".join(result.judges)
        SubElement(
            properties,
            "property",
            name="release",
            value=releases,
        )
    if result.problem:
        _add_problem(suite, file, result.problem)
    for finding in result.findings:
        _add_finding(suite, file, finding)
    # Viewers show a suite without cases as missing.
    if suite.find("testcase") is None:
        _add_case(suite, file, "no problems")
    _set_counts(suite)
    return suite


def _add_case(suite: Element, file: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=file, name=name)


def _set_counts(element: Element) -> None:
    """Write how many cases, failures and errors are in an element."""
    for attribute, tag in COUNTED.items():
        count = sum(1 for _ in element.iter(tag))
        element.set(attribute, str(count))


def _add_problem(
    suite: Element,
    file: str,
    problem: Problem,
) -> None:
    message = flat(problem.message)
    case = _add_case(suite, file, "readable")
    error = SubElement(
        case,
        "error",
        type="unreadable",
        message=message,
    )
    location = locate(file, problem)
    error.text = _describe(location, message, problem.hint)


def _add_finding(
    suite: Element,
    file: str,
    finding: Finding,
) -> None:
    rule = visible(finding.rule)
    message = flat(finding.message)
    line, column = finding.span.start
    name = f"{rule} {line}:{column}"
    case = _add_case(suite, file, name)
    # A failure breaks the build, which what is good to know must not.
    if finding.severity == INFO:
        outcome = SubElement(case, "system-out")
    else:
        outcome = SubElement(
            case,
            "failure",
            type=rule,
            message=message,
        )
    location = f"{file}:{line}:{column}"
    outcome.text = _describe(location, message, finding.help)


def _describe(
    location: str,
    message: str,
    advice: str,
) -> str:
    """Return the text of a case: the place, the message, the help."""
    text = f"{location}: {message}"
    if advice:
        shown = flat(advice)
        text += f"\nhelp: {shown}"
    return text
