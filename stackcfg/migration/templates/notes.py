"""Reports of migrated texts, with the lines of the template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.stores.store_map import Location
from stackcfg.stores.visibility import StoreVisibility
from stackcfg.validation.templates.findings import SOME
from stackcfg.validation.templates.texts import WrittenText
from stackcfg.yamltext.template_blocks import without_marks

Migrated = tuple[WrittenText, MigrationResult]


def reports_of_template(
    migrated: Sequence[Migrated], others: Sequence[MigrationNote]
) -> tuple[ConfigResult, ...]:
    """Return what became of each run config, with the notes of all texts.

    The first text is the one whose stores are reported. The `others`
    are about the template itself, and belong to the first run config.
    """
    first, result = migrated[0]
    reports: list[ConfigResult] = []
    for number, config in enumerate(result.configs):
        notes = _notes_of(migrated, number)
        if not number:
            notes += others
        notes.sort(key=attrgetter("position"))
        lines = [first.numbers[line - 1] + 1 for line in config.proof_lines]
        report = config._replace(
            notes=tuple(notes),
            proof_lines=tuple(lines),
            stores=tuple(map(_without_marks, config.stores)),
        )
        reports.append(report)
    return tuple(reports)


def _without_marks(store: StoreVisibility) -> StoreVisibility:
    """Return a store with its locations as the template has them."""
    before, after = store.before, store.after
    if before is not None:
        before = _location_in_template(before)
    if after is not None:
        after = _location_in_template(after)
    reason = without_marks(store.reason)
    return store._replace(before=before, after=after, reason=reason)


def _location_in_template(location: Location) -> Location:
    connection = [(name, without_marks(value)) for name, value in location.connection]
    return location._replace(
        connection=tuple(connection),
        table=without_marks(location.table),
        prefix=without_marks(location.prefix),
    )


def _notes_of(migrated: Sequence[Migrated], config: int) -> list[MigrationNote]:
    """Return the notes on a run config: those of the first text, and what others add."""
    first, result = migrated[0]
    notes = [_at_template(first, note) for note in result.configs[config].notes]
    reported = {(note.severity, note.position.line) for note in notes}
    written = {number + 1 for number in first.numbers}
    for found in _new_notes(notes, _further_notes(migrated[1:], config)):
        line = found.position.line
        if line not in written:
            notes.append(found)
        # else the same is said already, with other numbers or names
        elif (found.severity, line) not in reported:
            notes.append(found._replace(message=found.message + SOME))
    return list(dict.fromkeys(notes))


def _new_notes(
    first: Sequence[MigrationNote], further: Iterable[MigrationNote]
) -> list[MigrationNote]:
    """Return each further note once, without those of the first text.

    A note that demands no action is left out if its message is there at
    any place.
    """
    known = set(first)
    messages = {note.message for note in first if note.severity != ACTION_REQUIRED}
    return [
        note
        for note in dict.fromkeys(further)
        if note not in known and note.message not in messages
    ]


def _further_notes(
    migrated: Sequence[Migrated], config: int
) -> Iterator[MigrationNote]:
    """Yield the notes on a run config of other texts, at the template's places."""
    for text, result in migrated:
        for note in result.configs[config].notes:
            yield _at_template(text, note)


def _at_template(text: WrittenText, note: MigrationNote) -> MigrationNote:
    """Return a note on a text as one on the template."""
    return note._replace(
        message=text.message_in_template(note.message),
        position=text.position_in_template(note.position),
    )
