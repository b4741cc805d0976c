"""What the data commands ask of a database: a reader for the old rows, a writer for the new ones.

KV rows are (key, value, expiration) of a table with these columns; rows of SQL tables are mappings by column. Nothing
is ever deleted or overwritten but a row that was just read and is written back with what it lacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from stackcfg.errors import StackcfgError

Pair = tuple[str, Any, Any]
Row = Mapping[str, Any]
Progress = Callable[[int], None]
"""Told how many rows more are done."""

KV_COLUMNS: Final = ("key", "value", "expiration")
COPIES: Final = "stackcfg_copies"
"""The table in which a database notes down what was copied into it."""


EMPTY_JSON: Final = ("null", "{}")
"""What a JSON column can hold that is nothing, beside NULL."""


def is_absent(value: Any) -> bool:
    """Whether a JSON column holds nothing."""
    return value is None or value in EMPTY_JSON


class DatabaseError(StackcfgError):
    """A database cannot be read or written: which one, why, and what to do. Never holds credentials."""

    def __init__(self, database: str, reason: str, hint: str = "") -> None:
        super().__init__(f"{database}: {reason}", hint=hint)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a SQL table: its name, its type as the engine writes it, and whether it is (part of) the key."""

    name: str
    type: str
    required: bool = False
    key: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a KV table: those whose keys begin with one of `prefixes`, all where there are none.

    Those that begin with one of `without` are left out.
    """

    prefixes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def has(self, key: str) -> bool:
        """Whether a key is selected."""
        return (
            not self.prefixes or key.startswith(self.prefixes)
        ) and not key.startswith(self.without)

    @property
    def is_everything(self) -> bool:
        """Whether no row is left out."""
        return not self.prefixes and not self.without


@dataclass(frozen=True, slots=True)
class PairCopy:
    """Which KV rows to copy from a table into a table; their keys lose `strip` at the front and get `prefix`."""

    source_table: str
    table: str
    selection: Selection
    strip: str = ""
    prefix: str = ""

    def key(self, key: str) -> str:
        """The key of a copied row."""
        return self.prefix + key.removeprefix(self.strip)


class Reader(Protocol):
    """An open database, to be read."""

    def has_table(self, table: str) -> bool:
        """Whether there is a table."""

    def tables(self, prefix: str) -> list[str]:
        """The tables whose names begin with a prefix."""

    def columns(self, table: str) -> list[Column]:
        """The columns of a table, in order."""

    def count_pairs(self, table: str, selection: Selection) -> int:
        """How many KV rows are selected."""

    def count_rows(self, table: str) -> int:
        """How many rows a SQL table has."""

    def pairs(self, table: str, selection: Selection) -> Iterator[Pair]:
        """The selected KV rows, one at a time; what is written meanwhile may or may not be among them."""

    def pair(self, table: str, key: str) -> Pair | None:
        """The KV row of a key."""

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """The rows of a SQL table, one at a time."""

    def row(self, table: str, key: Row, columns: Sequence[str]) -> Row | None:
        """The row of a SQL table with this key."""

    def close(self) -> None:
        """Let go of the database."""


class Writer(Reader, Protocol):
    """An open database, to be written in one transaction."""

    def begin(self) -> None:
        """Begin the transaction; nobody else can write from here on."""

    def commit(self) -> None:
        """Keep everything that was written."""

    def rollback(self) -> None:
        """Keep nothing."""

    def make_kv_table(self, table: str) -> None:
        """Make a KV table as the servers do, unless it is there."""

    def make_table_like(self, table: str, source: Reader, source_table: str) -> None:
        """Make a SQL table with the columns of another one; where it is there, add the columns that it lacks."""

    def make_table(self, table: str, schema: Mapping[str, str]) -> None:
        """Make a SQL table of columns and plain types, the first of which is the key, unless it is there."""

    def add_columns(self, table: str, schema: Mapping[str, str]) -> None:
        """Add the columns that a SQL table lacks; `schema` has their plain types."""

    def copy_pairs(
        self, source: Reader, copy: PairCopy, total: int, done: Progress
    ) -> int:
        """Copy those of `total` KV rows whose keys are not there. How many were added."""

    def copy_rows(
        self, source: Reader, source_table: str, table: str, total: int, done: Progress
    ) -> int:
        """Copy those of the `total` rows of a SQL table whose keys are not there. How many were added."""

    def add_pair(self, table: str, pair: Pair) -> bool:
        """Add a KV row unless its key is there; whether it was added."""

    def set_value(self, table: str, key: str, value: str) -> None:
        """Write the value of a KV row that was read in this transaction."""

    def add_row(self, table: str, row: Row) -> bool:
        """Add a row of a SQL table unless its key is there; whether it was added."""

    def set_row(self, table: str, key: Row, changes: Row) -> None:
        """Write columns of a row that was read in this transaction."""

    def set_where_null(self, table: str, column: str, value: str, unless: str) -> int:
        """Write a text into a column wherever it is NULL, unless a JSON column holds something. How many rows."""

    def count_null(self, table: str, column: str) -> int:
        """In how many rows a column is NULL."""
