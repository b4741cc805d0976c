"""What every route does, and what a copy and a check are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import (
    Copied,
    DatabaseError,
    Pair,
    Progress,
    Row,
    has_passed,
    point_in_time,
    split_blocks,
)
from stackcfg.data.moves import Move
from stackcfg.data.result import CopyCounts
from stackcfg.data.row_rule import ANY_TIME, KvRow, Skipped
from stackcfg.data.stored_json import is_same_value
from stackcfg.errors import StackcfgError
from stackcfg.releases.stores import KV
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string

ZONED_SINCE: Final[Release] = (1, 0, 0)
"""Since then a KV store in PostgreSQL keeps expirations with a zone,
and asyncpg refuses to write them into a column without one.
"""


ROWS_AT_ONCE: Final = 500
CHARACTERS_AT_ONCE: Final = 4 << 20
ENDED: Final = Skipped("their time has ended")


class ConflictError(StackcfgError):
    """Two values of one key, in two old locations, go to one location."""

    def __init__(self, key: str, one: Move, other: Move) -> None:
        places = f"{one.source.describe()} and in {other.source.describe()}"
        super().__init__(
            f"'{key}' is in {places} with different values, and both go to "
            f"{one.target.describe()}",
            hint="give one of them a backend of its own",
        )


class RowCheck(NamedTuple):
    """A row that must be in the new store, and the content found there."""

    key: str
    expected: str
    found: str | None


class EqualRows(NamedTuple):
    """Rows that are in the new store as they must be, compared at once.

    `content` is what checksums of them are made of.
    """

    rows: int
    content: bytes


Checks = Iterator[RowCheck | EqualRows | Skipped]
"""Each row that a copy writes, or the reason why it writes none for an
old row.
"""


Retries = Iterator[Skipped | None]


@dataclass(slots=True)
class CopyRun:
    """One move while it is copied.

    `adds` are the rules whose rows may be added (`LOCATION_RULE`: all
    rows); other rows are only completed where they are.
    `competing_moves` are other moves to the same location. `target` is
    the release that is to read the rows. `left_before` are the keys of
    old rows that an earlier run left, `left` those that this one
    leaves.
    """

    move: Move
    writer: Writer
    readers: Readers
    done: Progress
    counts: CopyCounts
    competing_moves: Sequence[Move]
    target: Release
    adds: frozenset[str] = frozenset()
    left_before: frozenset[str] = frozenset()
    left: set[str] = field(default_factory=set)

    def make_kv_table(self) -> None:
        """Make the KV table of the target as its release does."""
        zoned = self.target >= ZONED_SINCE
        self.writer.make_kv_table(self.move.target.table, zoned=zoned)

    def count_row(self) -> None:
        """Count a row that was read or made."""
        self.counts.rows += 1
        self.done(1)

    def count_copied(self, copied: Copied) -> bool:
        """Count rows that were copied at once; return whether some were there."""
        present = copied.read - copied.added
        self.counts.rows += copied.read
        self.counts.added += copied.added
        self.counts.present += present
        return present > 0

    def adds_row(self, key: str, rules: Iterable[str]) -> bool:
        """Return whether what rules make of an old row may be added."""
        return key in self.left_before or not self.adds.isdisjoint(rules)

    def is_done(self, key: str) -> bool:
        """Return whether an old row was brought by an earlier run."""
        return self.retries and key not in self.left_before

    @property
    def retries(self) -> bool:
        """Return whether only the rows are due that an earlier run left."""
        return bool(self.left_before) and not self.adds

    def skip(self, reason: Skipped, key: str, rows: int = 1) -> None:
        """Count rows that are skipped; `key` is that of the old row, if any."""
        self.counts.skipped[reason] += rows
        if reason.needs_action and key:
            self.left.add(key)

    def put(
        self, row: KvRow | Skipped, key: str, origin: Pair | None, *, adds: bool
    ) -> None:
        """Write what a rule made of an old row, or skip it.

        `key` is that of the old row, `origin` the row if it is a KV
        row.
        """
        if isinstance(row, Skipped):
            self.skip(row, key)
            return
        expiration = None if origin is None else origin[2]
        pair = (row.key, row.value, expiration)
        self.put_pair(pair, origin or pair, adds=adds)

    def put_pair(self, pair: Pair, origin: Pair, *, adds: bool) -> None:
        """Add a KV row, or complete the row that was read in place."""
        table, (key, value, _) = self.move.target.table, pair
        if adds and self.writer.add_pair(table, pair):
            self.counts.added += 1
            return
        present = self.writer.pair(table, key)
        if present is None:
            if adds:
                raise self.refuse_row(table, key)
        elif is_same_value(present[1], value):
            self.counts.present += 1
        # in place, the row that was read is the row to complete
        elif present[1] == origin[1]:
            self.writer.set_value(table, key, value)
            self.counts.completed += 1
        else:
            self.record_difference(key, origin)

    def record_difference(self, key: str, origin: Pair) -> None:
        """Record that the target has other content under a key.

        Raises `ConflictError` where the content comes from another
        move.
        """
        for other in self.competing_moves:
            source = self.readers.get_or_empty(other.source.database)
            table = other.source.table
            if other.source.family != KV or not source.has_table(table):
                continue
            # the other move may not have written its row yet, so its old rows
            # are asked
            old_key = other.source.prefix + key.removeprefix(other.target.prefix)
            found = source.pair(table, old_key)
            if found is not None and not is_same_value(found[1], origin[1]):
                raise ConflictError(key, self.move, other)
        self.counts.differing.append(key)

    def refuse_row(self, table: str, key: str) -> DatabaseError:
        """Return the error for a row with a new key that was not added."""
        reason = (
            f"table {table} does not take the row '{key}': "
            "another row has a value that must be unique"
        )
        return DatabaseError(self.move.target.database.describe(), reason)


class Route(Protocol):
    """How the rows of a move are counted, copied and verified."""

    def count(self, source: Reader) -> int:
        """Count the rows that a copy reads or makes."""

    def copy(self, source: Reader, run: CopyRun) -> None:
        """Write the rows. Raises `ConflictError`."""

    def check(self, source: Reader, readers: Readers) -> Checks:
        """Yield the checks of all rows; nothing is written."""

    def count_changes(self, source: Reader) -> Counter[str]:
        """Count the old rows that each rule changes, by its id."""

    def retry(
        self,
        source: Reader,
        readers: Readers,
        left: frozenset[str],
    ) -> Retries:
        """Yield for old rows that were left why they still are; None
        where a copy can bring them by now.
        """


def check_pairs(
    rows: Iterable[KvRow | Skipped], move: Move, readers: Readers
) -> Iterator[RowCheck | Skipped]:
    """Yield the checks of KV rows."""
    target, table = readers.get_or_empty(move.target.database), move.target.table
    has_table = target.has_table(table)
    for block in split_blocks(rows, _size_of, ROWS_AT_ONCE, CHARACTERS_AT_ONCE):
        keys = [row.key for row in block if isinstance(row, KvRow)]
        present = target.pairs_of(table, keys) if has_table else {}
        for row in block:
            if isinstance(row, KvRow):
                yield _check_pair(row, present.get(row.key))
            else:
                yield row


def _size_of(row: KvRow | Skipped) -> int:
    return len(row.value) if isinstance(row, KvRow) else 0


def _check_pair(row: KvRow, present: Pair | None) -> RowCheck | Skipped:
    if present is None:
        # Redis and MongoDB delete what has ended, and no server shows it
        if row.expiration != ANY_TIME and has_passed(row.expiration):
            return ENDED
        return RowCheck(row.key, row.value, None)
    found = as_string(present[1]) + _other_time(row, present[2])
    return RowCheck(row.key, row.value, found)


def _other_time(row: KvRow, found: Any) -> str:
    """Return when a stored row ends if that is not when it should."""
    if row.expiration == ANY_TIME:
        return ""
    if point_in_time(found) == point_in_time(row.expiration):
        return ""
    return f" (ends {found})"


def find_reason(made: Iterable[object]) -> Skipped | None:
    """Return why a row that became these rows is left, if it is."""
    reasons = (each for each in made if isinstance(each, Skipped) and each.is_left)
    return next(reasons, None)


def with_prefix(prefix: str, row: KvRow | Skipped) -> KvRow | Skipped:
    """Return a row with the prefix of its namespace."""
    return row if isinstance(row, Skipped) else KvRow(prefix + row.key, row.value)


def check_row(key: str, wanted: Row, found: Row | None) -> RowCheck:
    """Return the check of a SQL row; JSON is compared by its meaning."""
    expected = row_text(wanted)
    if found is None:
        return RowCheck(key, expected, None)
    others = {
        name: value
        for name, value in found.items()
        if name in wanted and not is_same_value(value, wanted[name])
    }
    if not others:
        return RowCheck(key, expected, expected)
    return RowCheck(key, expected, row_text({**wanted, **others}))


def row_text(row: Row) -> str:
    """Return a row as one string, in which NULL and an empty string differ."""
    return "\1".join(
        name if value is None else f"{name}={value}"
        for name, value in sorted(row.items())
    )
