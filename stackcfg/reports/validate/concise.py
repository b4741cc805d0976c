"""Diagnostics one a line, for people in a hurry, editors and grep."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import flat, visible
from stackcfg.validation.findings import ERROR, FileResult, Finding


def render(result: FileResult) -> Iterator[str]:
    """One line for each diagnostic, or for the problem. What is no error says so at its end."""
    file = visible(result.file)
    if result.problem is not None:
        yield f"{file}{_problem(result.problem)}"
    for each in result.findings:
        yield f"{file}:{_diagnostic(each)}"


def _problem(problem: Problem) -> str:
    place = f":{problem.line}:{problem.column}" if problem.line else ""
    hint = f"; {flat(problem.hint)}" if problem.hint else ""
    return f"{place}: error: {flat(problem.message)}{hint}"


def _diagnostic(found: Finding) -> str:
    start = found.span.start
    severity = "" if found.severity == ERROR else f" [{found.severity}]"
    advice = f"; {flat(found.help)}" if found.help else ""
    return f"{start.line}:{start.column}: {visible(found.rule)}: {flat(found.message)}{advice}{severity}"
