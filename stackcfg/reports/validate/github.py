"""Diagnostics as workflow commands of GitHub Actions, which become annotations of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import visible
from stackcfg.validation.findings import ERROR, INFO, WARNING, FileResult, Finding

COMMANDS: Final = {ERROR: "error", WARNING: "warning", INFO: "notice"}
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans(
    {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"}
)


def render(result: FileResult) -> Iterator[str]:
    """One command for each diagnostic, or for the problem."""
    file = PurePath(result.file).as_posix()
    if result.problem is not None:
        yield _problem(file, result.problem)
    for each in result.findings:
        yield _diagnostic(file, each)


def _problem(file: str, problem: Problem) -> str:
    place = {"line": problem.line, "col": problem.column} if problem.line else {}
    return _command(
        "error",
        {"file": file, **place, "title": "stackcfg"},
        problem.message,
        problem.hint,
    )


def _diagnostic(file: str, found: Finding) -> str:
    start, end = found.span.start, found.span.end
    properties: dict[str, str | int] = {
        "file": file,
        "line": start.line,
        "endLine": end.line,
        "col": start.column,
    }
    if start.line == end.line:
        # to GitHub it is a column of the first line, so that it can only be said of a single one
        properties["endColumn"] = end.column
    properties["title"] = f"stackcfg({found.rule})"
    return _command(COMMANDS[found.severity], properties, found.message, found.help)


def _command(
    name: str, properties: dict[str, str | int], message: str, help: str
) -> str:
    said = ",".join(
        f"{key}={_visible(str(value)).translate(_PROPERTY)}"
        for key, value in properties.items()
    )
    data = _visible(f"{message}\n{help}" if help else message).translate(_DATA)
    return f"::{name} {said}::{data}"


def _visible(text: str) -> str:
    """The text without what steers a terminal; line ends are left to the escaping of the command."""
    return "\n".join(
        "\r".join(map(visible, line.split("\r"))) for line in text.split("\n")
    )
