"""The rows of the tables that the data commands print."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.data.locations import RowLocation
from stackcfg.data.moves import Move
from stackcfg.data.result import CopyCounts, UpgradeResult, VerifyCounts
from stackcfg.light_typing import Final
from stackcfg.reports.console.tables import Cell

PLAN_HEADINGS: Final = ("store", "rows", "from", "to", "rules")
_OUTCOMES: Final = ("copied", "completed", "present", "differ", "skipped")
COPY_HEADINGS: Final = ("store", "rows", *_OUTCOMES, "to")
CHECK_HEADINGS: Final = (
    "store",
    "rows",
    "present",
    "missing",
    "differ",
    "checksum",
    "in",
)
CHECKSUM_LENGTH: Final = 12
"""How many characters of a checksum are shown."""


def plan_row(move: Move, result: UpgradeResult, folder: str) -> Sequence[Cell]:
    """Return what a plan says of a move."""
    target = short_location(move.target, folder)
    if move.in_place:
        target = "stay there"
    rows = _count_rows(move, result)
    source = short_location(move.source, folder)
    return move.store, rows, source, target, " ".join(move.rule_ids) or "-"


def copy_row(counts: CopyCounts, result: UpgradeResult, folder: str) -> Sequence[Cell]:
    """Return what a copy did with the rows of a move."""
    move = counts.move
    target = short_location(move.target, folder)
    rows = _count_rows(move, result)
    # Of a move that an earlier run did, nothing was counted.
    if counts.done_before:
        rows = "done before"
    if counts.done_before or not result.rows[move]:
        return move.store, rows, *"-----", target
    skipped_color = "dim"
    if any(each.needs_action for each in counts.skipped):
        skipped_color = "yellow"
    return (
        move.store,
        str(counts.rows),
        colored_count(counts.added, "green"),
        colored_count(counts.completed, "green"),
        str(counts.present),
        colored_count(len(counts.differing), "red"),
        (str(sum(counts.skipped.values())), skipped_color),
        target,
    )


def check_row(check: VerifyCounts, folder: str) -> Sequence[Cell]:
    """Return how many rows of a move are where the new server reads them."""
    return (
        check.move.store,
        str(check.rows),
        present_count(check.present, check.is_complete),
        colored_count(len(check.missing), "red"),
        colored_count(len(check.differing), "red"),
        _describe_checksums(check),
        short_location(check.move.target, folder),
    )


def short_location(location: RowLocation, folder: str) -> str:
    """Return a location in words, files below `folder` without it."""
    return location.describe().removeprefix(folder)


def _count_rows(move: Move, result: UpgradeResult) -> str:
    if move in result.absent:
        return "no file"
    return str(result.rows[move])


def present_count(count: int, is_complete: bool) -> Cell:
    """Return how much is in its place, in the color of a check."""
    return str(count), "green" if is_complete else "yellow"


def colored_count(count: int, color: str) -> Cell:
    """Return a count in a color, unless it is 0."""
    if not count:
        return "0", "dim"
    return str(count), color


def _describe_checksums(check: VerifyCounts) -> str:
    if not check.rows:
        return "-"
    expected = check.expected[:CHECKSUM_LENGTH]
    if check.expected == check.found:
        return expected
    return f"{expected}, found {check.found[:CHECKSUM_LENGTH]}"
