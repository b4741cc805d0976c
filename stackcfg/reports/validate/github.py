"""Findings as workflow commands of GitHub Actions, which become annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from stackcfg.light_typing import Final
from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import visible
from stackcfg.reports.console.colors import join_lines
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import ERROR, INFO, WARNING, FileResult, Finding

Properties = dict[str, str | int]
COMMANDS: Final = {ERROR: "error", WARNING: "warning", INFO: "notice"}
_PLACE: Final = ("file", "line", "col")
_DATA_ESCAPES: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_DATA: Final = str.maketrans(_DATA_ESCAPES)
_PROPERTY_ESCAPES: Final = {**_DATA_ESCAPES, ":": "%3A", ",": "%2C"}
_PROPERTY: Final = str.maketrans(_PROPERTY_ESCAPES)


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return a command for each finding or problem."""
    commands: list[str] = []
    for result in results:
        commands += _commands(result)
    return join_lines(commands, colored=False)


def _commands(result: FileResult) -> Iterator[str]:
    # Annotations find a file by forward slashes alone.
    file = PurePath(result.file).as_posix()
    if result.problem:
        yield _annotate_problem(file, result.problem)
    for finding in result.findings:
        yield _annotate_finding(file, finding)


def _annotate_problem(file: str, problem: Problem) -> str:
    properties: Properties = {"file": file}
    if problem.line:
        properties |= {"line": problem.line, "col": problem.column}
    properties["title"] = "stackcfg"
    return _command(
        "error",
        properties,
        problem.message,
        problem.hint,
    )


def _annotate_finding(file: str, finding: Finding) -> str:
    (line, column), end = finding.span
    properties: Properties = {"file": file}
    properties["line"] = line
    properties["endLine"] = end.line
    properties["col"] = column
    # GitHub reads endColumn as a column of the first line.
    if line == end.line:
        properties["endColumn"] = end.column
    properties["title"] = f"stackcfg({finding.rule})"
    name = COMMANDS[finding.severity]
    return _command(
        name,
        properties,
        finding.message,
        finding.help,
    )


def _command(
    name: str,
    properties: Properties,
    message: str,
    advice: str,
) -> str:
    """Return a command; the log of a job shows only its message."""
    known = [key for key in _PLACE if key in properties]
    place = ":".join(str(properties[key]) for key in known)
    text = f"{place}: {message}"
    if advice:
        text += f"\n{advice}"
    parts: list[str] = []
    for key, value in properties.items():
        shown = _visible_lines(str(value))
        escaped = shown.translate(_PROPERTY)
        parts.append(f"{key}={escaped}")
    listed = ",".join(parts)
    data = _visible_lines(text).translate(_DATA)
    return f"::{name} {listed}::{data}"


def _visible_lines(text: str) -> str:
    """Return text without characters that a terminal obeys; its lines stay."""
    # The command escapes line ends itself.
    shown: list[str] = []
    for line in text.split("\n"):
        parts = line.split("\r")
        shown.append("\r".join(map(visible, parts)))
    return "\n".join(shown)
