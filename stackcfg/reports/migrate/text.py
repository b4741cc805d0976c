"""The migration report for people: what moved where, whether the new server sees it, what is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.migration.result import ConfigResult, MigratedFile, MigrationResult
from stackcfg.reports.console.characters import flat
from stackcfg.reports.console.locations import common_folder, short, short_variables
from stackcfg.reports.console.tables import Cell, table
from stackcfg.stores.visibility import (
    NO_ROWS_YET,
    NOT_VISIBLE,
    PARTLY_VISIBLE,
    VISIBLE,
    StoreVisibility,
)

HEADINGS: Final = ("store", "old data", "was in", "now on")
WORDS: Final = {
    VISIBLE: "seen",
    PARTLY_VISIBLE: "seen in part",
    NOT_VISIBLE: "not seen",
    NO_ROWS_YET: "none yet",
}
COLORS: Final = {
    VISIBLE: "green",
    PARTLY_VISIBLE: "yellow",
    NOT_VISIBLE: "red",
    NO_ROWS_YET: "dim",
}
KINDS: Final = {INFO: "note", CHECK: "to do", ACTION_REQUIRED: "unfinished"}
KIND_COLORS: Final = {INFO: "dim", CHECK: "yellow", ACTION_REQUIRED: "red"}
ANSI: Final = {"green": "32", "yellow": "33", "red": "31", "dim": "2", "bold": "1"}


def paint(text: str, color: str, colored: bool) -> str:
    """The text in a color, where colors are wanted."""
    return f"\x1b[{ANSI[color]}m{text}\x1b[0m" if colored else text


def problem(outcome: MigratedFile, colored: bool = False) -> str:
    """The one line that says why a file was refused."""
    assert outcome.problem is not None
    found = outcome.problem
    place = f":{found.line}:{found.column}" if found.line else ""
    hint = f"; {found.hint}" if found.hint else ""
    return f"{flat(outcome.file)}{place}: {paint('error', 'red', colored)}: {flat(found.message + hint)}"


def concise(
    outcome: MigratedFile, colored: bool = False, done: bool = True
) -> Iterator[str]:
    """One line a file, and one for each thing that a person must do. `done` tells what is from what would be."""
    if outcome.migration is None:
        yield problem(outcome, colored)
        return
    words = {
        "migrated": "migrated",
        "partial": "migrated in part",
        "unchanged": "nothing to migrate",
    }
    word = (
        words[outcome.status]
        if done or not outcome.migration.changed
        else "needs migration"
    )
    kept = f", the old file is kept as {outcome.backup}" if outcome.backup else ""
    yield flat(f"{outcome.file}: {word}{kept}")
    for config in outcome.migration.configs:
        yield from _findings(
            outcome.file, config, colored, kinds=(CHECK, ACTION_REQUIRED)
        )
    unseen, stored = _unseen(outcome.migration)
    if outcome.data_command and unseen:
        would = "look" if done else "would look"
        yield flat(
            f"{outcome.file}: {unseen} of {stored} stores with old data {would} empty until: {outcome.data_command}"
        )


def full(
    outcome: MigratedFile,
    target: str,
    layout: str,
    colored: bool = False,
    width: int = 0,
    done: bool = True,
) -> Iterator[str]:
    """Everything about one file. `width` > 0 wraps the table to a terminal of that many columns.

    `done` tells what is from what would be.
    """
    if outcome.migration is None:
        yield problem(outcome, colored)
        return
    if not outcome.migration.changed:
        yield f"{flat(outcome.file)}: nothing to migrate for {target}"
    for config in outcome.migration.configs:
        name = flat(
            f"{outcome.file} ({config.place})" if config.place else outcome.file
        )
        if config.was_for and outcome.migration.changed:
            yield f"{name}: was for {config.was_for}{_lines(config.proof_lines)}"
        if config.stores:
            yield from _table(name, config.stores, target, layout, colored, width)
        yield from _findings(outcome.file, config, colored)
    if outcome.migration.changed:
        yield from _summary(outcome, target, layout, done)
    if outcome.backup:
        yield flat(f"{outcome.file}: the old file is kept as {outcome.backup}")


def _lines(proof: tuple[int, ...]) -> str:
    """The lines that prove what a file was for, as far as they help."""
    if not proof:
        return ""
    named = ", ".join(map(str, proof[:6]))
    return f" (line{'s' if len(proof) > 1 else ''} {named}{', …' if len(proof) > 6 else ''})"


def _findings(
    file: str,
    config: ConfigResult,
    colored: bool,
    kinds: tuple[str, ...] = (INFO, CHECK, ACTION_REQUIRED),
) -> Iterator[str]:
    for each in config.notes:
        if each.severity in kinds:
            word = paint(KINDS[each.severity], KIND_COLORS[each.severity], colored)
            yield f"{flat(file)}:{each.position.line}:{each.position.column}: {word}: {flat(each.message)}"


def _table(
    name: str,
    rows: tuple[StoreVisibility, ...],
    target: str,
    layout: str,
    colored: bool,
    width: int,
) -> Iterator[str]:
    """Store by store: seen or not, where its rows were, which backend serves it; then the backends and the reasons."""
    folder = common_folder(rows)
    yield paint(
        f"{name}: {len(rows)} stores for {target}, layout {layout}", "bold", colored
    )
    if folder:
        yield f"files are in {flat(folder)}"
    yield ""
    yield from table(HEADINGS, [_cells(row, folder) for row in rows], colored, width)
    yield ""
    backends = {row.backend: row.after for row in rows if row.after is not None}
    for backend, place in backends.items():
        yield f"  {flat(f'{backend} is {short(place, folder)}')}"
    yield from _reasons(rows)


def _cells(row: StoreVisibility, folder: str) -> tuple[Cell, ...]:
    before = short(row.before, folder) if row.before else "-"
    word = "replaced" if row.superseded else WORDS[row.status]
    return (
        flat(short_variables(row.store)),
        (word, COLORS[row.status]),
        flat(before),
        flat(row.backend or "-"),
    )


def _reasons(rows: tuple[StoreVisibility, ...]) -> Iterator[str]:
    """Why old data is not seen: each reason once, with the stores it holds for."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.status in (NOT_VISIBLE, PARTLY_VISIBLE):
            found.setdefault((row.status, row.reason), []).append(
                flat(short_variables(row.store))
            )
    alone = len(found) == 1
    for (status, reason), names in found.items():
        of = f"{len(names)} stores" if alone and len(names) > 3 else ", ".join(names)
        yield f"  {WORDS[status]} ({flat(short_variables(reason))}): {of}"


def _summary(
    outcome: MigratedFile, target: str, layout: str, done: bool
) -> Iterator[str]:
    assert outcome.migration is not None
    rows = [row for config in outcome.migration.configs for row in config.stores]
    unseen, stored = _unseen(outcome.migration)
    carried = sum(
        row.backend != "" and row.store != "prompts" and not row.superseded
        for row in rows
    )
    words = f"{flat(outcome.file)}: {carried} stores {'' if done else 'would be '}carried over to {target}"
    if unseen:
        words += f"; {unseen} of {stored} with old data will look empty, the data itself stays where it is"
        if layout == "consolidate":
            words += "; '--layout preserve' keeps every store in its place"
    yield words
    if outcome.data_command:
        yield flat(
            f"to bring the data along, with both servers stopped: {outcome.data_command}"
        )
    if outcome.migration.needs_action:
        yield f"{flat(outcome.file)}: unfinished: see above what a person must decide"


def _unseen(migration: MigrationResult) -> tuple[int, int]:
    """How many stores with old data look empty, of how many."""
    statuses = [row.status for config in migration.configs for row in config.stores]
    return statuses.count(NOT_VISIBLE), len(statuses) - statuses.count(NO_ROWS_YET)
