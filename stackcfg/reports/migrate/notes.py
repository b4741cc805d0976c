"""The notes of a migration as lines, and how many of them need manual action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.migration.result import (
    ConfigResult,
    MigratedFile,
    MigrationNote,
    MigrationResult,
)
from stackcfg.patterns import lazy_pattern
from stackcfg.reports.console.characters import flat
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.reports.console.listing import count_decisions
from stackcfg.stores.visibility import NO_ROWS_YET, NOT_VISIBLE

COLORS: Final = {ACTION_REQUIRED: "red", CHECK: "yellow", INFO: "dim"}
"""The severities, the most urgent first."""

MOST_ALIKE: Final = 10
"""How many notes that differ only in names are all shown."""

SHOWN_ALIKE: Final = 5
"""How many of more are shown."""

_RENDERED: Final = "the old and the new chart, rendered with 'helm template CHART'"

_QUOTED: Final = lazy_pattern(r"'[^']*'")


def note_lines(
    file: str, configs: Sequence[ConfigResult], severities: Sequence[str]
) -> Lines:
    """Yield the notes of these severities, in this order, with their locations."""
    notes = [note for config in configs for note in config.notes]
    for severity in severities:
        word = paint(severity, COLORS[severity])
        chosen = [note for note in notes if note.severity == severity]
        for note, more in _group_alike(chosen):
            line, column = note.position
            location = f"{flat(file)}:{line}:{column}"
            yield f"{location}: {word}: {flat(note.message)}"
            if more:
                lines = f"lines {more[0].position.line} to {more[-1].position.line}"
                yield (
                    f"{flat(file)}: {word}: {len(more)} more like the last one, in "
                    f"{lines}; '--report json' has them all"
                )


def _group_alike(
    notes: Sequence[MigrationNote],
) -> Iterator[tuple[MigrationNote, Sequence[MigrationNote]]]:
    """Yield notes with those that are left out after them.

    Of many that differ only in names, the first ones are shown. What
    requires an action is shown in any case.
    """
    groups: dict[str, list[MigrationNote]] = {}
    for note in notes:
        groups.setdefault(_QUOTED.sub("''", note.message), []).append(note)
    for group in groups.values():
        shown = group
        if len(group) > MOST_ALIKE and group[0].severity != ACTION_REQUIRED:
            shown = group[:SHOWN_ALIKE]
        for note in shown[:-1]:
            yield note, ()
        yield shown[-1], group[len(shown) :]


def runbook_lines(migration: MigrationResult) -> Lines:
    """Yield the steps in which the result is rolled out, with their numbers."""
    if migration.runbook:
        yield "to roll it out, in this order:"
    for number, step in enumerate(migration.runbook, 1):
        yield f"  {number}. {flat(step)}"


def describe_data_command(result: MigratedFile) -> str:
    """Return the command that copies the stored rows, and of a template
    what its files are.
    """
    command = flat(result.data_command)
    if result.migration is None or not result.migration.has_blocks:
        return command
    return f"{command}; OLD and NEW are {_RENDERED}"


def describe_unchanged(migration: MigrationResult) -> str:
    """Return why a file needed nothing: what it is for, or what it was
    to become.
    """
    if _is_left_to_people(migration):
        return f"nothing changed for {migration.target.name}"
    if all(config.is_left for config in migration.configs):
        known = dict.fromkeys(config.was_for for config in migration.configs)
        releases = " and ".join(filter(None, known)) or migration.target.name
        if any(config.notes for config in migration.configs):
            return f"already for {releases}, nothing to migrate"
        return f"already for {releases}, nothing to do"
    return f"nothing to migrate for {migration.target.name}"


def _is_left_to_people(migration: MigrationResult) -> bool:
    """Return whether a file without run configs is as it was, and something
    in it is for users to change or check.
    """
    if any(config.is_run_config for config in migration.configs):
        return False
    return bool(count_open_items(migration))


def count_open_items(migration: MigrationResult) -> str:
    """Return `7 items need your decision, 3 to check` without what
    there is none of.
    """
    notes = [note for config in migration.configs for note in config.notes]
    counts = Counter(note.severity for note in notes)
    to_decide, to_check = counts[ACTION_REQUIRED], counts[CHECK]
    words = []
    if to_decide:
        words.append(count_decisions(to_decide))
    if to_check:
        words.append(f"{to_check} to check")
    return ", ".join(words)


def count_hidden_stores(migration: MigrationResult) -> tuple[int, int]:
    """Return how many stores have rows that are not visible, and how
    many have rows.
    """
    stores = [store for config in migration.configs for store in config.stores]
    counts = Counter(store.status for store in stores)
    return counts[NOT_VISIBLE], len(stores) - counts[NO_ROWS_YET]
