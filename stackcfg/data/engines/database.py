"""A database as a reader of old rows or a writer of new ones: what
engines share.

A writer never deletes a row of a server, and overwrites only a row that
was read in the same transaction and is written back with what it
lacked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, ClassVar, Final

from stackcfg.data.engines.column_types import convert_type
from stackcfg.data.engines.copy_lines import CopyData
from stackcfg.data.engines.protocol import (
    COPIES,
    EMPTY_JSON,
    KV_COLUMNS,
    RECORD,
    Column,
    Copied,
    Pair,
    PairCopy,
    Progress,
    Row,
    Selection,
)
from stackcfg.data.engines.statements import (
    Select,
    Statements,
    columns_of_schema,
    quote_name,
    quote_names,
)
from stackcfg.releases.rows import ORDERED_TABLES

KV_LIST: Final = ", ".join(KV_COLUMNS)


def read_new_pairs(source: Reader, copy: PairCopy) -> Iterator[Pair]:
    """Yield KV rows to copy, with their new keys."""
    for key, value, expiration in source.pairs(copy.source_table, copy.selection):
        yield copy.new_key(key), value, expiration


class Reader(ABC):
    """An open database, for reading. Every method raises `DatabaseError`.

    `keeps_tables`: it has SQL tables, and takes statements.
    """

    keeps_tables: ClassVar[bool] = True
    sql: ClassVar[Statements]
    connection: Any

    @abstractmethod
    def explain_errors(self, row: str = "") -> AbstractContextManager[None]:
        """Turn errors of the driver into `DatabaseError`s about a row."""

    @abstractmethod
    def has_table(self, table: str) -> bool:
        """Return whether a table exists."""

    @abstractmethod
    def columns(self, table: str) -> list[Column]:
        """Return the columns of a table, in order."""

    def column_names(self, table: str) -> list[str]:
        """Return the names of the columns of a table, in order."""
        return [each.name for each in self.columns(table)]

    def key_names(self, table: str) -> list[str]:
        """Return the names of the columns of a table's primary key."""
        return [each.name for each in self.columns(table) if each.key]

    @abstractmethod
    def tables(self, prefix: str) -> list[str]:
        """Return the tables whose names begin with a prefix, sorted."""

    @abstractmethod
    def pairs(self, table: str, selection: Selection) -> Iterator[Pair]:
        """Yield the selected KV rows; rows written meanwhile may be
        among them.
        """

    @abstractmethod
    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of a SQL table with these columns, one at a time."""

    @abstractmethod
    def copy_data(self, select: Select, types: Sequence[str]) -> CopyData:
        """Return selected rows for COPY into columns of these types."""

    @abstractmethod
    def stored_values(self, select: Select) -> Generator[Sequence[Any], None, None]:
        """Yield the values of selected rows as sqlite stores them."""

    @abstractmethod
    def close(self) -> None:
        """Close the database."""

    def other_connections(self) -> list[str]:
        """Return the other programs that are connected and may be seen."""
        return []

    def as_stored(self, value: Any) -> Any:
        """Return a value as each engine takes it."""
        return value

    def select_rows(self, table: str, columns: Sequence[str], condition: str) -> str:
        """Return the query for rows of a SQL table; JSON as text."""
        return self.sql.select(table, quote_names(columns), condition)

    def pair(self, table: str, key: str) -> Pair | None:
        """Return the KV row of a key."""
        condition = f"key = {self.sql.placeholder}"
        found = self._fetch(self.sql.select(table, KV_LIST, condition), (key,))
        for key, value, expiration in found:
            return key, value, self.as_stored(expiration)
        return None

    def pairs_of(self, table: str, keys: Sequence[str]) -> Mapping[str, Pair]:
        """Return the KV rows that exist of some keys, by key."""
        found = (self.pair(table, key) for key in keys)
        return {pair[0]: pair for pair in found if pair is not None}

    def records(self) -> Iterable[str]:
        """Return what this database records about copies into it."""
        if not self.has_table(COPIES):
            return []
        return [str(row[RECORD]) for row in self.rows(COPIES, [RECORD])]

    def as_record(self, text: str) -> str:
        """Return a record in characters that this database can keep."""
        return text

    def has_record(self, text: str) -> bool:
        """Return whether this database records something."""
        if not self.has_table(COPIES):
            return False
        return self.row(COPIES, {RECORD: self.as_record(text)}, [RECORD]) is not None

    def row(self, table: str, key: Row, columns: Sequence[str]) -> Row | None:
        """Return the row of a SQL table with this key."""
        query = self.select_rows(table, columns, self.sql.equals(key))
        for values in self._fetch(query, tuple(key.values())):
            return self._as_row(columns, values)
        return None

    def rows_of(
        self, table: str, key: str, values: Sequence[Any], columns: Sequence[str]
    ) -> Mapping[Any, Row]:
        """Return the rows that exist of some values of a key column, by value."""
        marks = ", ".join([self.sql.placeholder] * len(values))
        query = self.select_rows(table, columns, f"{quote_name(key)} IN ({marks})")
        rows = [self._as_row(columns, each) for each in self._fetch(query, values)]
        return {row[key]: row for row in rows}

    def _as_row(self, columns: Sequence[str], values: Sequence[Any]) -> Row:
        return dict(zip(columns, map(self.as_stored, values), strict=True))

    def count_pairs(self, table: str, selection: Selection) -> int:
        """Count the selected KV rows."""
        condition, values = self.sql.selected(selection)
        return self._count(self.sql.count(table, condition), values)

    def count_selected(self, select: Select) -> int:
        """Count selected rows."""
        query = self.sql.count(select.table, select.condition)
        return self._count(query, select.values)

    def count_rows(self, table: str) -> int:
        """Count the rows of a SQL table."""
        return self._count(self.sql.count(table))

    def count_null(self, table: str, column: str) -> int:
        """Count the rows in which a column is NULL."""
        return self._count(self.sql.count(table, f"{quote_name(column)} IS NULL"))

    def _count(self, query: str, values: Sequence[Any] = ()) -> int:
        return int(self._fetch(query, values)[0][0])

    def _fetch(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self.explain_errors():
            found: list[Any] = self.connection.execute(query, values).fetchall()
            return found


class Writer(Reader):
    """An open database, for writing in one transaction.

    `is_paced`: rows are reported while they are copied, not all at
    once.
    """

    is_paced = False

    @abstractmethod
    def begin(self) -> None:
        """Begin the transaction; from here on nobody else can write."""

    @abstractmethod
    def commit(self) -> None:
        """Keep everything that was written."""

    @abstractmethod
    def rollback(self) -> None:
        """Discard everything that was written."""

    @abstractmethod
    def insert_selected(
        self, source: Reader, select: Select, table: str, done: Progress
    ) -> Copied:
        """Insert those of the selected rows whose keys are new."""

    @abstractmethod
    def insert_pairs(self, pairs: Iterable[Pair], table: str, done: Progress) -> Copied:
        """Add those of many KV rows whose keys are new."""

    @property
    def kept_rows(self) -> int:
        """The number of rows that were written and stay after a rollback."""
        return 0

    def add_record(self, text: str) -> bool:
        """Record something; return whether it is new."""
        self.make_table(COPIES, {RECORD: "text"})
        return self.add_row(COPIES, {RECORD: self.as_record(text)})

    def forget_record(self, text: str) -> None:
        """Delete a record."""
        name, condition = self.sql.name_table(COPIES), self.sql.equals([RECORD])
        values = (self.as_record(text),)
        self._run(f"DELETE FROM {name} WHERE {condition}", values)

    def copy_pairs(self, source: Reader, copy: PairCopy, done: Progress) -> Copied:
        """Copy those KV rows whose keys are new."""
        if not source.keeps_tables:
            return self.insert_pairs(read_new_pairs(source, copy), copy.table, done)
        condition, values = source.sql.selected(copy.selection)
        # the new keys are built by the database, so that no row passes through
        # memory
        key, key_values = "key", []
        if not copy.keeps_keys:
            key = f"{source.sql.placeholder} || substr(key, {len(copy.strip) + 1})"
            key_values = [copy.prefix]
        select = Select(
            copy.source_table,
            KV_COLUMNS,
            (key, "value", "expiration"),
            condition,
            values,
            key_values,
            order="key",
            is_whole=copy.keeps_keys and copy.selection.is_everything,
        )
        return self.insert_selected(source, select, copy.table, done)

    def copy_rows(
        self, source: Reader, source_table: str, table: str, done: Progress
    ) -> Copied:
        """Copy those rows of a table whose keys are new.

        Rows that a server lists as they were stored keep this order; of
        others, an index of the keys is made faster in the order of the
        keys.
        """
        columns = source.column_names(source_table)
        order = ""
        if source_table not in ORDERED_TABLES:
            order = quote_names(source.key_names(source_table))
        names = [quote_name(each) for each in columns]
        select = Select(source_table, columns, names, order=order, is_whole=True)
        copied = self.insert_selected(source, select, table, done)
        self.advance_counters(table)
        return copied

    def advance_counters(self, table: str) -> None:
        """Let columns that number new rows go on behind the highest number."""

    def claim_table(self, table: str) -> bool:
        """Keep other writers out of a table; return whether it exists."""
        return self.has_table(table)

    def marks(self, table: str, columns: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return the placeholders for columns of a table."""
        return [self.sql.placeholder] * len(columns)

    def make_kv_table(self, table: str, *, zoned: bool) -> None:
        """Make a KV table as the servers do, unless it exists."""
        if not self.claim_table(table):
            self._run(self.sql.create_kv_table(table, zoned=zoned))

    def make_table_like(self, table: str, source: Reader, source_table: str) -> None:
        """Make a SQL table like another one, or add the columns it lacks."""
        columns = source.columns(source_table)
        engine = self.sql.engine
        if source.sql.engine != engine:
            columns = [
                replace(each, type=convert_type(each, engine)) for each in columns
            ]
        if self.claim_table(table):
            self._add_columns(table, columns)
        else:
            self._run(self.sql.create_table(table, columns))

    def make_table(self, table: str, schema: Mapping[str, str]) -> None:
        """Make a SQL table unless it exists.

        `schema` maps columns to plain types (`statements.TYPES`); the
        first is the key.
        """
        if not self.claim_table(table):
            self._run(self.sql.create_table(table, columns_of_schema(schema)))

    def add_columns(self, table: str, schema: Mapping[str, str]) -> None:
        """Add the columns of a schema that a SQL table lacks."""
        self._add_columns(table, columns_of_schema(schema))

    def _add_columns(self, table: str, columns: Iterable[Column]) -> None:
        known = self.column_names(table)
        for column in columns:
            if column.name not in known:
                self._run(self.sql.add_column(table, column))

    def add_pair(self, table: str, pair: Pair) -> bool:
        """Add a KV row unless its key exists; return whether it was added."""
        marks = [self.sql.placeholder] * len(KV_COLUMNS)
        statement = self.sql.insert(table, KV_COLUMNS, marks)
        name = f"the key '{pair[0]}' of table {table}"
        return self._run(statement, pair, name) > 0

    def set_value(self, table: str, key: str, value: str) -> None:
        """Write the value of a KV row that was read in this transaction."""
        mark = self.sql.placeholder
        statement = self.sql.update(table, ["value"], [mark], f"key = {mark}")
        self._run(statement, (value, key))

    def add_row(self, table: str, row: Row) -> bool:
        """Add a SQL row unless its key exists; return whether it was added."""
        columns = list(row)
        values = tuple(row.values())
        marks = self.marks(table, columns)
        statement = self.sql.insert(table, columns, marks)
        first = next(iter(values), "")
        name = f"the row '{first}' of table {table}"
        return self._run(statement, values, name) > 0

    def set_row(self, table: str, key: Row, changes: Row) -> None:
        """Write columns of a row that was read in this transaction."""
        columns = list(changes)
        marks = self.marks(table, columns)
        condition = self.sql.equals(key)
        statement = self.sql.update(table, columns, marks, condition)
        self._run(statement, (*changes.values(), *key.values()))

    def set_where_null(self, table: str, column: str, value: str, unless: str) -> int:
        """Fill a column that is NULL where the JSON column `unless` is empty.

        Return how many rows were written.
        """
        condition = self.sql.is_empty(column, unless)
        statement = self.sql.update(table, [column], [self.sql.placeholder], condition)
        return self._run(statement, (value, *EMPTY_JSON))

    def rank_nulls(self, table: str, column: str, within: str, by: str) -> int:
        """Write a number where there is none; return how many rows were written.

        Rows that are alike in `within` are in the order of `by`, then
        as they were stored.
        """
        return self._run(self.sql.rank_nulls(table, column, within, by))

    def _run(self, statement: str, values: Sequence[Any] = (), row: str = "") -> int:
        """Run a statement; return how many rows it wrote."""
        with self.explain_errors(row):
            return int(self.connection.execute(statement, values).rowcount)
