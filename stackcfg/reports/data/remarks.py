"""The lines below the tables of the data commands, one for each fact."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from stackcfg.data.locations import RowLocation
from stackcfg.data.moves import Move
from stackcfg.data.result import CopyCounts, UpgradeResult, VerifyCounts
from stackcfg.data.row_rule import Skipped
from stackcfg.light_typing import Final
from stackcfg.releases.families import describe_releases
from stackcfg.releases.rows import RowKind
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.reports.console.listing import join_some
from stackcfg.reports.console.tables import Cell, table
from stackcfg.reports.data.cells import short_location

MAX_KEYS: Final = 5
"""How many keys of rows are named; the others are counted."""

ACTION: Final = paint("action required", "red")
"""How a line begins that needs a decision."""


def separate(above: Collection[object]) -> Lines:
    """Yield an empty line if there is anything above it."""
    if above:
        yield ""


def table_above(
    headings: Sequence[str], rows: Sequence[Sequence[Cell]], width: int, numbers: range
) -> Lines:
    """Yield a table, and an empty line below it; nothing if it has no rows.

    `numbers` are the columns that are aligned to the right.
    """
    yield from table(headings, rows, width, right=numbers)
    yield from separate(rows)


def keys(move: Move, found: Sequence[str], words: str) -> Lines:
    """Yield which rows of a move are not as they should be, nothing if all are."""
    if found:
        named = join_some(found, MAX_KEYS)
        text = f"{len(found)} of '{move.store}' {words}: {named}"
        yield _line(text, needs_action=True)


def all_skipped(counts: CopyCounts | VerifyCounts) -> Lines:
    """Yield why rows of a move are not copied or completed, a line for
    each reason.
    """
    for reason, count in counts.skipped.items():
        yield skipped(counts.move, reason, count)


def skipped(move: Move, reason: Skipped, count: int) -> str:
    """Return why rows of a move are not copied, or not completed."""
    words = "not copied"
    if reason.in_place:
        words = "left as they are"
    text = f"{count} of '{move.store}' {words}: {reason.reason}"
    return _line(text, reason.needs_action)


def unmoved(result: UpgradeResult, folder: str) -> Lines:
    """Yield which rows stay where they are, and why."""
    for each, count in result.unmoved.items():
        rows = each.kind.rows
        # Rows in a database that is not opened here are not counted.
        if count is not None:
            rows = f"{count} {rows}"
        location = short_location(each.location, folder)
        words = f"{rows} of '{each.store}' ({location}) are not copied"
        yield _line(f"{words}: {each.reason}", each.needs_action)


def absent(result: UpgradeResult, folder: str) -> Lines:
    """Yield which stores have no old rows, since their database does not exist."""
    for move in result.plan.moves:
        if move in result.absent:
            name = move.source.database.describe().removeprefix(folder)
            words = f"'{move.store}' has no old rows: {name} does not exist"
            yield _line(words, needs_action=False)


def several_targets(result: UpgradeResult) -> Lines:
    """Yield which stores go to several places, since releases read
    different ones.
    """
    targets: dict[tuple[str, RowKind], set[RowLocation]] = {}
    for move in result.plan.moves:
        targets.setdefault((move.store, move.kind), set()).add(move.target)
    releases = describe_releases(frozenset(result.new.releases))
    for (name, _), places in targets.items():
        if len(places) > 1:
            words = f"'{name}' goes to {len(places)} places, one for each way that"
            text = f"{words} {releases} read it; --target names one"
            yield _line(text, needs_action=False)


def _line(text: str, needs_action: bool) -> str:
    word = ACTION
    if not needs_action:
        word = paint("info", "dim")
    return f"{word}: {text}"
