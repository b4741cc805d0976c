"""Diagnostics as JUnit XML: a suite for each file, a test case for each diagnostic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import flat, visible
from stackcfg.validation.findings import INFO, FileResult, Finding

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(results: Sequence[FileResult]) -> str:
    """All results as one XML document. Errors and warnings fail, what is good to know is output of a passing case."""
    root = Element("testsuites", name="stackcfg validate")
    for result in results:
        root.append(_suite(result))
    _count(root)
    indent(root)
    return HEAD + tostring(root, encoding="unicode") + "\n"


def _suite(result: FileResult) -> Element:
    file = visible(result.file)
    suite = Element("testsuite", name=file)
    if result.problem is not None:
        _problem(suite, file, result.problem)
    for each in result.findings:
        _diagnostic(suite, file, each)
    if not len(suite):
        SubElement(suite, "testcase", classname=file, name="no problems")
    _count(suite)
    return suite


def _count(element: Element) -> None:
    """Says on a suite, or on all of them, how many cases there are and how they end."""
    for attribute, path in (
        ("tests", ".//testcase"),
        ("failures", ".//failure"),
        ("errors", ".//error"),
    ):
        element.set(attribute, str(len(element.findall(path))))


def _problem(suite: Element, file: str, problem: Problem) -> None:
    case = SubElement(suite, "testcase", classname=file, name="readable")
    place = f"{file}:{problem.line}:{problem.column}" if problem.line else file
    error = SubElement(case, "error", type="unreadable", message=flat(problem.message))
    error.text = _text(place, problem.message, problem.hint)


def _diagnostic(suite: Element, file: str, found: Finding) -> None:
    start = found.span.start
    case = SubElement(
        suite,
        "testcase",
        classname=file,
        name=f"{visible(found.rule)} {start.line}:{start.column}",
    )
    text = _text(f"{file}:{start.line}:{start.column}", found.message, found.help)
    if found.severity == INFO:
        SubElement(case, "system-out").text = text
    else:
        SubElement(
            case, "failure", type=visible(found.rule), message=flat(found.message)
        ).text = text


def _text(place: str, message: str, help: str) -> str:
    rows = [f"{place}: {flat(message)}", *([f"help: {flat(help)}"] if help else [])]
    return "\n".join(rows)
