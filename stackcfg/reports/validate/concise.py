"""Findings one a line, for editors, grep, and people in a hurry."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.reports.console.characters import flat, visible
from stackcfg.reports.console.colors import Lines, join_lines
from stackcfg.reports.console.problems import problem_line
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import ERROR, FileResult, Finding


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return a line for each finding or problem, never in color."""
    lines = (line for result in results for line in _lines(result))
    return join_lines(lines, colored=False)


def _lines(result: FileResult) -> Lines:
    if result.problem:
        yield problem_line(result.file, result.problem)
    for finding in result.findings:
        yield f"{visible(result.file)}:{_describe(finding)}"


def _describe(finding: Finding) -> str:
    line, column = finding.span.start
    words = f"{line}:{column}: {visible(finding.rule)}: {flat(finding.message)}"
    if finding.help:
        words += f"; {flat(finding.help)}"
    # Errors are what such a line is about for most readers; only the rest is
    # marked.
    if finding.severity != ERROR:
        words += f" [{finding.severity}]"
    return words
