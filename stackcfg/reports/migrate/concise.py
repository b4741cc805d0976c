"""The migration report for many files: a line for each, and one for
each open item.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.migration.result import MigratedFile, MigrationResult
from stackcfg.reports.console.characters import flat
from stackcfg.reports.console.colors import Lines, join_lines
from stackcfg.reports.console.problems import problem_line
from stackcfg.reports.migrate.formats import Context
from stackcfg.reports.migrate.notes import (
    count_hidden_stores,
    count_open_items,
    describe_data_command,
    describe_unchanged,
    note_lines,
    runbook_lines,
)

STATUS_WORDS: Final = {
    "migrated": "migrated",
    "partial": "migrated in part",
}


def render(results: Sequence[MigratedFile], context: Context) -> str:
    """Return the lines of all files; those in which nothing changes and
    nothing is open are left out unless asked for.
    """
    lines: list[str] = []
    for result in results:
        if context.verbose or _is_reported(result):
            lines += _describe_file(result, context)
    return join_lines(lines, context.colored)


def _is_reported(result: MigratedFile) -> bool:
    """Return whether a file changes, or stays with something to decide or to check."""
    if result.status != "unchanged":
        return True
    return result.migration is not None and bool(count_open_items(result.migration))


def _describe_file(result: MigratedFile, context: Context) -> Lines:
    if result.problem:
        yield problem_line(result.file, result.problem)
    migration = result.migration
    if not migration:
        return
    file = flat(result.file)
    yield f"{file}: {flat(_describe_status(result, migration, context))}"
    yield from note_lines(result.file, migration.configs, (ACTION_REQUIRED, CHECK))
    hidden, stored = count_hidden_stores(migration)
    if result.data_command and hidden:
        verb = "are not"
        if not context.done:
            verb = "would not be"
        words = f"rows of {hidden} of {stored} stores {verb} visible until"
        yield f"{file}: {words}: {describe_data_command(result)}"
    yield from runbook_lines(migration)


def _describe_status(
    result: MigratedFile, migration: MigrationResult, context: Context
) -> str:
    if result.status == "unchanged":
        words = describe_unchanged(migration)
    elif migration.changed and not context.done:
        words = "needs migration"
    else:
        words = STATUS_WORDS[result.status]
    open_items = count_open_items(migration)
    if open_items:
        words += f": {open_items}"
    if result.new_file:
        words += f"; the result is in {result.new_file}, this file is as it was"
    if result.backup:
        words += f", the old file is kept as {result.backup}"
    return words
