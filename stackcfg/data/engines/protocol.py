"""The terms in which readers and writers of databases are asked.

A KV row is (key, value, expiration), from a table with these columns; a
row of a SQL table is a mapping by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from stackcfg.errors import StackcfgError

Item = TypeVar("Item")
Pair = tuple[str, Any, Any]
Row = Mapping[str, Any]
Progress = Callable[[int], None]
"""Takes how many more rows are done."""

KV_COLUMNS: Final = ("key", "value", "expiration")
COPIES: Final = "stackcfg_copies"
"""The table in which a database records what was copied into it."""

RECORD: Final = "work"
"""The only column of this table."""

EMPTY_JSON: Final = ("null", "{}")
"""What a JSON column without content holds, apart from NULL."""


def is_absent(value: Any) -> bool:
    """Return whether the value of a JSON column has no content."""
    return value is None or value in EMPTY_JSON


class DatabaseError(StackcfgError):
    """Why a database cannot be used, and a hint, without credentials."""

    def __init__(self, database: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{database}: {reason}", hint=hint)
        self.database = database
        self.reason = reason


class Copied(NamedTuple):
    """How many rows a copy has read, and how many of them it has added."""

    read: int
    added: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a SQL table; `type` is spelled as the engine does.

    `counts`: new rows get the next number by themselves.
    """

    name: str
    type: str
    required: bool = False
    key: bool = False
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of a KV table by their keys.

    A selected key begins with one of `prefixes` (with anything where
    there are none) and with none of `without`.
    """

    prefixes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Return whether every row of the table is selected."""
        return not self.prefixes and not self.without


@dataclass(frozen=True, slots=True)
class PairCopy:
    """KV rows to copy; keys lose `strip` at the front and get `prefix`."""

    source_table: str
    table: str
    selection: Selection
    strip: str = ""
    prefix: str = ""

    @property
    def keeps_keys(self) -> bool:
        """Return whether a copied row has the key of the old one."""
        return self.strip == self.prefix

    def new_key(self, key: str) -> str:
        """Return the key of a copied row by that of the old one."""
        return self.prefix + key.removeprefix(self.strip)


def split_blocks(
    items: Iterable[Item], size_of: Callable[[Item], int], most: int, largest: int
) -> Iterator[list[Item]]:
    """Yield items in blocks that are worth reading or writing at once.

    A block has at most so many items, and one item more than the
    largest size.
    """
    block: list[Item] = []
    size = 0
    for item in items:
        block.append(item)
        size += size_of(item)
        if len(block) == most or size > largest:
            yield block
            block, size = [], 0
    if block:
        yield block


class Fill(NamedTuple):
    """A column that gets a value where it is NULL and a JSON column is empty."""

    column: str
    value: str
    unless: str


class TableComparison(NamedTuple):
    """Rows of the SQL table `old` that must be in `new`, with `fills`.

    `columns` are those of the old table, `keys` those of the key of the
    new one.
    """

    old: str
    new: str
    columns: Sequence[str]
    keys: Sequence[str]
    fills: Sequence[Fill]


class ComparedBlock(NamedTuple):
    """Old rows with numbers above `after`, up to `last`, that were compared at once.

    `content` is what checksums are made of; None where a row differs or
    must be looked at by itself.
    """

    rows: int
    after: int
    last: int
    content: bytes | None


class Comparison(Protocol):
    """Compares rows of two databases within the engine, block by block."""

    def compare_pairs(self, copy: PairCopy) -> Iterator[ComparedBlock]:
        """Compare KV rows with their copies."""

    def compare_rows(self, tables: TableComparison) -> Iterator[ComparedBlock]:
        """Compare rows of SQL tables."""

    def pairs_of(self, copy: PairCopy, block: ComparedBlock) -> Iterator[Pair]:
        """Yield the old KV rows of a block, one at a time."""

    def rows_of(self, tables: TableComparison, block: ComparedBlock) -> Iterator[Row]:
        """Yield the old SQL rows of a block."""

    def close(self) -> None:
        """Close both databases."""


def point_in_time(value: Any) -> datetime | None:
    """Return a stored time, in milliseconds; without a zone it is one of UTC.

    Redis and MongoDB keep no smaller parts of a second.
    """
    if value is None:
        return None
    time = datetime.fromisoformat(str(value))
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def milliseconds_of(value: Any) -> int:
    """Return a stored time in milliseconds since 1970."""
    time = point_in_time(value)
    assert time is not None
    return (
        int(time.replace(microsecond=0).timestamp()) * 1000 + time.microsecond // 1000
    )


def has_passed(value: Any) -> bool:
    """Return whether a stored time has passed."""
    time = point_in_time(value)
    return time is not None and time <= datetime.now(UTC)
