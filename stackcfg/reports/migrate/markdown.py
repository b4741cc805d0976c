"""The migration report as a table in Markdown: a line for each file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.migration.result import MigratedFile
from stackcfg.reports.markdown_tables import code, plain, table
from stackcfg.reports.migrate.formats import Context
from stackcfg.reports.migrate.notes import count_hidden_stores, count_open_items

HEAD = ("file", "migration", "to decide or to check", "stores with rows not visible")


def render(results: Sequence[MigratedFile], context: Context) -> str:
    """Return the table of all files, and what is to decide or to check."""
    rows = [_describe_file(result, context) for result in results]
    lines = ["### stackcfg migrate", "", *table(HEAD, rows)]
    notes = [line for result in results for line in _notes(result)]
    if notes:
        lines += ["", *notes]
    return "\n".join(lines) + "\n"


def _describe_file(result: MigratedFile, context: Context) -> list[str]:
    migration = result.migration
    if not migration:
        message = result.status
        if result.problem:
            message = result.problem.message
        return [code(result.file), code(message), "", ""]
    hidden, stored = count_hidden_stores(migration)
    words = f"for {migration.target.name}"
    if not migration.changed:
        words = "not needed"
    elif not context.done:
        words = f"needed, {words}"
    visibility = ""
    if hidden:
        visibility = f"{hidden} of {stored}"
    return [code(result.file), words, count_open_items(migration), visibility]


def _notes(result: MigratedFile) -> Iterator[str]:
    if result.migration is None:
        return
    for config in result.migration.configs:
        for note in config.notes:
            if note.severity in (ACTION_REQUIRED, CHECK):
                place = code(f"{result.file}:{note.position.line}")
                yield f"- {place} {note.severity}: {plain(note.message)}"
