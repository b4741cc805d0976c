"""No migration report: only the files that were refused."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.migration.result import MigratedFile
from stackcfg.reports.console.colors import join_lines
from stackcfg.reports.console.problems import problem_line
from stackcfg.reports.migrate.formats import Context


def render(results: Sequence[MigratedFile], context: Context) -> str:
    """Return a line for each file that was refused."""
    lines = [problem_line(each.file, each.problem) for each in results if each.problem]
    return join_lines(lines, context.colored)
