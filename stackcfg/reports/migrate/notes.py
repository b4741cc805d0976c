"""The notes of a migration as lines, and how many of them are left to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.migration.result import ConfigResult, MigrationResult
from stackcfg.reports.console.characters import flat
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.stores.visibility import NO_ROWS_YET, NOT_VISIBLE

COLORS: Final = {ACTION_REQUIRED: "red", CHECK: "yellow", INFO: "dim"}
"""The severities, the most urgent first."""


def note_lines(
    file: str, configs: Sequence[ConfigResult], severities: Sequence[str]
) -> Lines:
    """Yield the notes of these severities, in this order, with their locations."""
    notes = [note for config in configs for note in config.notes]
    for severity in severities:
        word = paint(severity, COLORS[severity])
        for note in notes:
            if note.severity == severity:
                line, column = note.position
                location = f"{flat(file)}:{line}:{column}"
                yield f"{location}: {word}: {flat(note.message)}"


def runbook_lines(migration: MigrationResult) -> Lines:
    """Yield the steps in which the result is rolled out, with their numbers."""
    if migration.runbook:
        yield "to roll it out, in this order:"
    for number, step in enumerate(migration.runbook, 1):
        yield f"  {number}. {flat(step)}"


def describe_unchanged(migration: MigrationResult) -> str:
    """Return why a file needed nothing: what it is for, or what it was to
    become.
    """
    if all(config.is_left for config in migration.configs):
        known = dict.fromkeys(config.was_for for config in migration.configs)
        releases = " and ".join(filter(None, known)) or migration.target.name
        return f"already for {releases}, nothing to do"
    return f"nothing to migrate for {migration.target.name}"


def count_open_items(migration: MigrationResult) -> str:
    """Return `7 items need your decision, 3 to check` without what there is
    none of.
    """
    notes = [note for config in migration.configs for note in config.notes]
    counts = Counter(note.severity for note in notes)
    to_decide, to_check = counts[ACTION_REQUIRED], counts[CHECK]
    words = []
    if to_decide == 1:
        words.append("1 item needs your decision")
    elif to_decide:
        words.append(f"{to_decide} items need your decision")
    if to_check:
        words.append(f"{to_check} to check")
    return ", ".join(words)


def count_hidden_stores(migration: MigrationResult) -> tuple[int, int]:
    """Return how many stores have rows that are not visible, and how many have
    rows.
    """
    stores = [store for config in migration.configs for store in config.stores]
    counts = Counter(store.status for store in stores)
    return counts[NOT_VISIBLE], len(stores) - counts[NO_ROWS_YET]
