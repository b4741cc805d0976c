"""The migration report as a table in Markdown: a line for each file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.errors import join_hint
from stackcfg.light_typing import Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.migration.result import MigratedFile, MigrationNote, MigrationResult
from stackcfg.reports.console.problems import locate
from stackcfg.reports.markdown_tables import code, plain, table
from stackcfg.reports.migrate.formats import Context
from stackcfg.reports.migrate.notes import count_hidden_stores, count_open_items

HEADING: Final = "### stackcfg migrate"
HEAD: Final = (
    "file",
    "migration",
    "to decide or to check",
    "stores with rows not visible",
)
OPEN: Final = (ACTION_REQUIRED, CHECK)


def render(results: Sequence[MigratedFile], context: Context) -> str:
    """Return the table of all files, and what is to decide or to check."""
    rows = [_file_row(result, context) for result in results]
    lines = [HEADING, ""]
    lines += table(HEAD, rows)
    notes = list(_note_lines(results))
    if notes:
        lines.append("")
        lines += notes
    return "\n".join(lines) + "\n"


def _file_row(result: MigratedFile, context: Context) -> list[str]:
    file = code(result.file)
    migration = result.migration
    if migration:
        words = _describe_status(migration, context)
        open_items = count_open_items(migration)
        return [file, words, open_items, _describe_hidden(migration)]
    problem = result.problem
    if problem:
        refused = code(join_hint(problem.message, problem.hint))
        return [code(locate(result.file, problem)), refused, "", ""]
    return [file, code(result.status), "", ""]


def _describe_status(migration: MigrationResult, context: Context) -> str:
    if not migration.changed:
        return "not needed"
    words = f"for {migration.target.name}"
    if context.done:
        return words
    return f"needed, {words}"


def _describe_hidden(migration: MigrationResult) -> str:
    hidden, stored = count_hidden_stores(migration)
    if not hidden:
        return ""
    return f"{hidden} of {stored}"


def _note_lines(results: Sequence[MigratedFile]) -> Iterator[str]:
    for result in results:
        if not result.migration:
            continue
        for config in result.migration.configs:
            for note in config.notes:
                if note.severity in OPEN:
                    yield _describe_note(result.file, note)


def _describe_note(file: str, note: MigrationNote) -> str:
    place = code(f"{file}:{note.position.line}")
    message = plain(note.message)
    return f"- {place} {note.severity}: {message}"
