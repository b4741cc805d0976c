"""What a database records about the copies into it (the table `COPIES`).

A line says that a move was done by a rule (`Move.records`). Another one names
each old row that the move left since it needs action: a later run tries these
rows again, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.engines.protocol import COPIES
from stackcfg.data.moves import Move

COLUMN: Final = "work"
LEFT: Final = " left "


def add_records(records: Mapping[str, str], writer: Writer) -> frozenset[str]:
    """Record what a move does; return the rules whose records are new."""
    writer.make_table(COPIES, {COLUMN: "text"})
    return frozenset(
        rule
        for rule, record in records.items()
        if writer.add_row(COPIES, {COLUMN: record})
    )


def has_records(records: Iterable[str], target: Reader) -> bool:
    """Return whether all records are in a database."""
    if not target.has_table(COPIES):
        return False
    found = (target.row(COPIES, {COLUMN: each}, [COLUMN]) for each in records)
    return None not in found


def read_left(move: Move, target: Reader) -> frozenset[str]:
    """Return the keys of old rows that earlier runs left."""
    if not target.has_table(COPIES):
        return frozenset()
    start = move.way + LEFT
    lines = [str(row[COLUMN]) for row in target.rows(COPIES, [COLUMN])]
    return frozenset(each.removeprefix(start) for each in lines if start in each)


def record_left(
    move: Move, before: Iterable[str], now: Iterable[str], writer: Writer
) -> None:
    """Record the rows that a move left, instead of those left before."""
    before, now = set(before), set(now)
    for key in sorted(before - now):
        writer.forget_row(COPIES, {COLUMN: move.way + LEFT + key})
    for key in sorted(now - before):
        writer.add_row(COPIES, {COLUMN: move.way + LEFT + key})
