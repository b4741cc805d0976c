"""What a database records about the copies into it (for SQL engines: the table `COPIES`).

A line says that a move was done by a rule (`Move.records`). Another one names
each old row that the move left since it needs action: a later run tries these
rows again, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.moves import Move

LEFT: Final = " left "


def add_records(records: Mapping[str, str], writer: Writer) -> frozenset[str]:
    """Record what a move does; return the rules whose records are new."""
    return frozenset(
        rule for rule, record in records.items() if writer.add_record(record)
    )


def has_records(records: Iterable[str], target: Reader) -> bool:
    """Return whether all records are in a database."""
    return all(map(target.has_record, records))


def read_left(move: Move, target: Reader) -> frozenset[str]:
    """Return the keys of old rows that earlier runs left."""
    start = target.as_record(move.way + LEFT)
    return frozenset(
        each.removeprefix(start) for each in target.records() if start in each
    )


def record_left(
    move: Move, before: Iterable[str], now: Iterable[str], writer: Writer
) -> None:
    """Record the rows that a move left, instead of those left before."""
    before, now = set(before), set(now)
    for key in sorted(before - now):
        writer.forget_record(move.way + LEFT + key)
    for key in sorted(now - before):
        writer.add_record(move.way + LEFT + key)
