"""Why a file was refused, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import flat, visible
from stackcfg.reports.console.colors import join_lines, paint


class _Result(Protocol):
    @property
    def file(self) -> str: ...

    @property
    def problem(self) -> Problem | None: ...


class _Context(Protocol):
    @property
    def colored(self) -> bool: ...


def render(results: Sequence[_Result], context: _Context) -> str:
    """Return a line for each file that was refused: a report of problems alone."""
    lines = [problem_line(each.file, each.problem) for each in results if each.problem]
    return join_lines(lines, context.colored)


def problem_line(file: str, problem: Problem) -> str:
    """Return `FILE:LINE:COLUMN: error: MESSAGE; HINT`, without what the problem
    lacks.
    """
    line = f"{locate(visible(file), problem)}: {paint('error', 'error')}: "
    line += flat(problem.message)
    if problem.hint:
        line += f"; {flat(problem.hint)}"
    return line


def locate(file: str, problem: Problem) -> str:
    """Return a file with the line and the column of a problem, if it has any."""
    if not problem.line:
        return file
    return f"{file}:{problem.line}:{problem.column}"
