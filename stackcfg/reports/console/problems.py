"""Why a file was refused, in one line."""

from __future__ import annotations

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import flat, visible
from stackcfg.reports.console.colors import paint


def problem_line(file: str, problem: Problem) -> str:
    """Return `FILE:LINE:COLUMN: error: MESSAGE; HINT`, as far as these
    are known.
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
