"""The data commands' reports for people: store by store, how many rows, where from, where to, what became of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stackcfg.data.locations import RowLocation
from stackcfg.data.moves import Move
from stackcfg.data.result import (
    COPY,
    DRY_RUN,
    PLAN,
    VERIFY,
    CopyCounts,
    UpgradeResult,
    VerifyCounts,
)
from stackcfg.data.row_rule import Skipped
from stackcfg.data.row_rules import row_rule_ids, row_rule_page
from stackcfg.data.tenancy import explain_hidden_rows
from stackcfg.releases.families import describe_releases
from stackcfg.releases.rows import RowKind
from stackcfg.releases.versions import format_release
from stackcfg.reports.console.tables import Cell, table
from stackcfg.reports.migrate.text import paint

NAMED: Final = 5
"""How many keys of rows are named; the others are counted."""

LOOK_ABOVE: Final = "somebody must look at what is told above"

SHORT: Final = 12
"""Characters of a checksum that are shown."""


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are drawn: in color, wrapped to a width (0: not at all)."""

    colored: bool
    width: int


def planned(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    """What would move."""
    folder = _folder(outcome)
    yield from _head(outcome, look, folder)
    rows = [
        (
            move.consumer,
            _count(outcome, move),
            _short(move.source, folder),
            _target(move, folder),
            _ids(move),
        )
        for move in outcome.plan.moves
    ]
    yield from _table(("store", "rows", "from", "to", "rules"), rows, look, right=(1,))
    yield from _legend(outcome)
    yield from _several(outcome, look)
    for move in outcome.plan.moves:
        hidden = explain_hidden_rows(move, outcome.plan.upgrade)
        if hidden is not None and outcome.rows[move]:
            yield from _left(move, [(hidden, outcome.rows[move])], look)
    yield from _stays(outcome, look, folder)
    moving = sum(outcome.rows[move] for move in outcome.plan.moves if not move.is_idle)
    read = sum(outcome.rows[move] for move in outcome.plan.moves if move.is_idle)
    words = f"rows to copy or to complete: {moving}"
    yield words + (f", read where they are: {read}" if read else "")


def copied(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    """What was done."""
    folder = _folder(outcome)
    yield from _head(outcome, look, folder)
    rows = [_tally(tally, outcome, folder) for tally in outcome.copies]
    headings = (
        "store",
        "rows",
        "copied",
        "completed",
        "already",
        "differ",
        "left",
        "to",
    )
    yield from _table(headings, rows, look, right=range(1, 7))
    yield from _several(outcome, look)
    for tally in outcome.copies:
        yield from _differing(
            tally.move,
            tally.differing,
            "are there with another content, which stays",
            look,
        )
        yield from _left(tally.move, tally.skipped.items(), look)
    yield from _stays(outcome, look, folder)
    for file, backup in outcome.backups.items():
        yield f"{file} is kept as {backup}"
    before = sum(tally.done_before for tally in outcome.copies)
    if before:
        yield f"{before} of {len(outcome.copies)} stores were copied before; --again adds what is missing since"
    yield _copied_words(outcome)


def verified(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    """What is where it should be."""
    yield from _checked(outcome, look)
    wanting = [check for check in outcome.checks if not check.is_complete]
    if not wanting:
        words = f"rows: {sum(check.rows for check in outcome.checks)}, all there"
        yield f"{words}; {LOOK_ABOVE}" if outcome.needs_action else words
        return
    missing = sum(len(check.missing) for check in wanting)
    differing = sum(len(check.differing) for check in wanting)
    yield f"rows missing: {missing}, different: {differing}, stores concerned: {len(wanting)}"


def dry(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    """What a copy would do."""
    yield from _checked(outcome, look)
    missing = sum(len(check.missing) for check in outcome.checks)
    differing = sum(len(check.differing) for check in outcome.checks)
    yield f"rows that a copy would add: {missing}, complete or leave as they are: {differing}; nothing was written"


def _checked(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    folder = _folder(outcome)
    yield from _head(outcome, look, folder)
    rows = [_check(check, folder) for check in outcome.checks]
    headings = ("store", "rows", "there", "missing", "differ", "checksum", "in")
    yield from _table(headings, rows, look, right=range(1, 5))
    for check in outcome.checks:
        yield from _differing(check.move, check.missing, "are missing", look)
        yield from _differing(check.move, check.differing, "differ", look)
        yield from _left(check.move, check.skipped.items(), look)
    for move in outcome.plan.moves:
        if move in outcome.absent:
            word = paint("note", "dim", look.colored)
            name = move.source.database.describe().removeprefix(folder)
            yield f"{word}: '{move.consumer}' has no old rows: {name} is not there"
    yield from _stays(outcome, look, folder)


def _table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    look: Look,
    right: Sequence[int],
) -> Iterator[str]:
    """A table and a blank line; nothing where there are no rows."""
    yield from table(headings, rows, look.colored, look.width, right)
    if rows:
        yield ""


def _head(outcome: UpgradeResult, look: Look, folder: str) -> Iterator[str]:
    sides = (
        f"{side.name} ({describe_releases(frozenset(side.releases))})"
        for side in (outcome.old, outcome.new)
    )
    yield paint(" to ".join(sides), "bold", look.colored)
    home = outcome.plan.upgrade.home
    if home is not None and home.renamed:
        yield f"{home.old} was renamed to {home.new}: rows are looked for there"
    elif home is not None:
        release = format_release(outcome.new.last)
        yield f"{release} renames {home.old} to {home.new} at its first start; until then rows are in {home.old}"
    if folder:
        yield f"files are in {folder}"
    yield ""


def _folder(outcome: UpgradeResult) -> str:
    """The folder that most of the files are in, with its separator."""
    moves = outcome.plan.moves
    files = [
        place.database.file
        for move in moves
        for place in (move.source, move.target)
        if place.database.file
    ]
    folders = [os.path.dirname(file) + os.sep for file in files]
    best = max(folders, key=folders.count, default="")
    return best if folders.count(best) > 1 else ""


def _short(place: RowLocation, folder: str) -> str:
    return place.describe().removeprefix(folder) if folder else place.describe()


def _target(move: Move, folder: str) -> str:
    return "stay there" if move.in_place else _short(move.target, folder)


def _count(outcome: UpgradeResult, move: Move) -> str:
    return "no file" if move in outcome.absent else str(outcome.rows[move])


def _ids(move: Move) -> str:
    return " ".join(move.rule_ids) or "-"


def _tally(tally: CopyCounts, outcome: UpgradeResult, folder: str) -> Sequence[Cell]:
    move = tally.move
    if tally.done_before or not outcome.rows[move]:
        word = "done before" if tally.done_before else _count(outcome, move)
        return (
            move.consumer,
            word,
            "-",
            "-",
            "-",
            "-",
            "-",
            _short(move.target, folder),
        )
    left = sum(tally.skipped.values())
    differing = len(tally.differing)
    return (
        move.consumer,
        str(tally.rows),
        (str(tally.added), "green" if tally.added else "dim"),
        (str(tally.completed), "green" if tally.completed else "dim"),
        str(tally.present),
        (str(differing), "red" if differing else "dim"),
        (
            str(left),
            "yellow" if any(each.needs_action for each in tally.skipped) else "dim",
        ),
        _short(move.target, folder),
    )


def _check(check: VerifyCounts, folder: str) -> Sequence[Cell]:
    same = check.expected == check.found
    sums = (
        check.expected[:SHORT]
        if same
        else f"{check.expected[:SHORT]}, found {check.found[:SHORT]}"
    )
    return (
        check.move.consumer,
        str(check.rows),
        (str(check.present), "green" if check.is_complete else "yellow"),
        (str(len(check.missing)), "red" if check.missing else "dim"),
        (str(len(check.differing)), "red" if check.differing else "dim"),
        sums if check.rows else "-",
        _short(check.move.target, folder),
    )


def _legend(outcome: UpgradeResult) -> Iterator[str]:
    """What the rules of a plan are, a line each."""
    used = {each for move in outcome.plan.moves for each in move.rule_ids}
    for name in row_rule_ids():
        if name in used:
            yield f"  {name:<4}{row_rule_page(name).partition(chr(10))[0].rstrip('.')}"
    if used:
        yield ""


def _several(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    """Stores whose rows go to more than one place, since it is open which release will read them."""
    places: dict[tuple[str, RowKind], set[RowLocation]] = {}
    for move in outcome.plan.moves:
        places.setdefault((move.consumer, move.kind), set()).add(move.target)
    releases = describe_releases(frozenset(outcome.new.releases))
    for (name, _), targets in places.items():
        if len(targets) > 1:
            word = paint("note", "dim", look.colored)
            hint = f"one for each way that {releases} read it; --target names one"
            yield f"{word}: '{name}' goes to {len(targets)} places, {hint}"


def _stays(outcome: UpgradeResult, look: Look, folder: str) -> Iterator[str]:
    for stay, rows in outcome.unmoved.items():
        word = (
            paint("to do", "yellow", look.colored)
            if stay.needs_action
            else paint("note", "dim", look.colored)
        )
        many = f"{rows} {stay.kind.rows}" if rows is not None else stay.kind.rows
        yield f"{word}: {many} of '{stay.consumer}' ({_short(stay.location, folder)}) are not carried: {stay.reason}"


def _left(move: Move, left: Iterable[tuple[Skipped, int]], look: Look) -> Iterator[str]:
    for each, count in left:
        word = (
            paint("to do", "yellow", look.colored)
            if each.needs_action
            else paint("note", "dim", look.colored)
        )
        what = "left as they are" if each.in_place else "not carried"
        yield f"{word}: {count} of '{move.consumer}' {what}: {each.reason}"


def _differing(
    move: Move, keys: Sequence[str], words: str, look: Look
) -> Iterator[str]:
    if keys:
        named = ", ".join(keys[:NAMED]) + (", …" if len(keys) > NAMED else "")
        yield f"{paint('to do', 'yellow', look.colored)}: {len(keys)} of '{move.consumer}' {words}: {named}"


def _copied_words(outcome: UpgradeResult) -> str:
    added = sum(tally.added for tally in outcome.copies)
    completed = sum(tally.completed for tally in outcome.copies)
    words = f"rows copied: {added}, completed: {completed}"
    return f"{words}; {LOOK_ABOVE}" if outcome.needs_action else words


def render(outcome: UpgradeResult, look: Look) -> Iterator[str]:
    """Return the lines of the report on an action."""
    return REPORTS[outcome.action](outcome, look)


REPORTS: Final = {PLAN: planned, COPY: copied, VERIFY: verified, DRY_RUN: dry}
