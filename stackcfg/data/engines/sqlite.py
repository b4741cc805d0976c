"""A sqlite file as a reader or writer.

A file is read through sqlite and never copied by itself, since a
write-ahead log beside it can hold its newest rows.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any, Final

from stackcfg.data.engines.copy_lines import (
    NULL,
    Block,
    CopyData,
    join_rows,
    text_of,
)
from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.engines.protocol import (
    KV_COLUMNS,
    Column,
    Copied,
    DatabaseError,
    Pair,
    Progress,
    Row,
    Selection,
)
from stackcfg.data.engines.sqlite_files import (
    PAGE,
    ErrorExplainer,
    Growth,
    closed_on_error,
    file_size,
    insert_row_by_row,
    insert_selected,
    is_interrupted,
    new_log_indexes,
    read_only_uri,
    roll_back_journal,
)
from stackcfg.data.engines.statements import (
    UNLESS_PRESENT,
    Select,
    Statements,
    quote_name,
    quote_names,
)
from stackcfg.data.locations import SQLITE

WITHOUT_ROWID: Final = re.compile(r"\)[^)]*\bWITHOUT\s+ROWID\b[^)]*$", re.IGNORECASE)
"""Matches the end of the statement that made a table without row numbers."""

FIRST_ROWID: Final = -(1 << 63)
ROWS_AT_ONCE: Final = 100
SHORT: Final = 10_000
"""Characters of a value that is read together with others."""

SHORT_PAIR: Final = (
    f"key, CASE WHEN length(value) <= {SHORT} THEN value END, expiration, "
    f"length(value) <= {SHORT}"
)

NEW_PAGE: Final = 16_384
"""The bytes in a page of a new file: sqlite writes a fourth of the
pages that it writes by default, which halves the time of a copy. To a
server it is the same.
"""

FEW: Final = 12
"""Of so many rows one can be looked up in the time that reading all takes."""


def _key_bounds(prefix: str) -> tuple[str, str]:
    """Return the first key with a prefix, and the first one behind all
    of them.
    """
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


# unlike LIKE or substr(), bounds let sqlite use the index of the keys
SQL: Final = Statements(SQLITE, "?", quote_name, "(key >= ? AND key < ?)", _key_bounds)


class SqliteReader(Reader):
    """A sqlite file, read only. Every method raises `DatabaseError`."""

    sql = SQL
    connection: sqlite3.Connection

    def __init__(self, path: str) -> None:
        self.path = path
        self._explainer = ErrorExplainer(path)
        self._leftovers = new_log_indexes([path])
        if is_interrupted(path):
            reason = "a write was interrupted and not rolled back yet"
            hint = (
                "a server rolls it back when it starts, 'stackcfg data copy' "
                "before it writes"
            )
            raise DatabaseError(path, reason, hint)
        with self._explainer:
            self.connection = sqlite3.connect(
                read_only_uri(path), uri=True, isolation_level=None
            )
            with closed_on_error(self.connection):
                # sqlite looks at the file only when it is asked for something
                self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def explain_errors(self, _row: str = "") -> AbstractContextManager[None]:
        """Turn errors of sqlite into `DatabaseError`s."""
        return self._explainer

    def has_table(self, table: str) -> bool:
        """Return whether a table exists."""
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(self._fetch(query, (table,)))

    def tables(self, prefix: str) -> list[str]:
        """Return the tables whose names begin with a prefix, sorted."""
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in self._fetch(query)]
        return [name for name in names if name.startswith(prefix)]

    def columns(self, table: str) -> list[Column]:
        """Return the columns of a table, in order."""
        found = self._fetch(f"PRAGMA table_info({quote_name(table)})")
        keys = [kind for _, _, kind, _, _, key in found if key]
        # a single key of this very type is the number of the row
        counts = [kind.upper() for kind in keys] == ["INTEGER"]
        return [
            Column(name, kind, bool(required), bool(key), counts and bool(key))
            for _, name, kind, required, _, key in found
        ]

    def pairs(self, table: str, selection: Selection) -> Iterator[Pair]:
        """Yield the selected KV rows in the order of their keys."""
        condition, values = SQL.selected(selection)
        query = (
            f"SELECT {SHORT_PAIR} FROM {quote_name(table)} "
            f"WHERE key > ? AND {condition} ORDER BY key LIMIT {PAGE}"
        )
        found = self._fetch(query, ("", *values))
        while found:
            yield from self._whole_pairs(table, found)
            found = self._fetch(query, (found[-1][0], *values))

    def pairs_of(self, table: str, keys: Sequence[str]) -> Mapping[str, Pair]:
        """Return the KV rows that exist of some keys, by key."""
        marks = ", ".join("?" * len(keys))
        query = f"SELECT {SHORT_PAIR} FROM {quote_name(table)} WHERE key IN ({marks})"
        found = self._fetch(query, keys)
        return {pair[0]: pair for pair in self._whole_pairs(table, found)}

    def _whole_pairs(self, table: str, found: Iterable[Any]) -> Iterator[Pair]:
        for key, value, expiration, is_read in found:
            if is_read:
                yield key, value, expiration
                continue
            # long values are read one by one, since one can be a whole index
            pair = self.pair(table, key)
            if pair is not None:
                yield pair

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of a SQL table, one at a time."""
        if self._is_without_rowid(table):
            yield from self._rows_by_key(table, columns)
            return
        query = (
            f"SELECT rowid, {quote_names(columns)} FROM {quote_name(table)} "
            f"WHERE rowid > ? ORDER BY rowid LIMIT {ROWS_AT_ONCE}"
        )
        found = self._fetch(query, (FIRST_ROWID,))
        while found:
            for _, *values in found:
                yield dict(zip(columns, values, strict=True))
            found = self._fetch(query, (found[-1][0],))

    def can_compare(self, table: str, other: SqliteReader, other_table: str) -> bool:
        """Return whether sqlite can compare two tables within itself."""
        if not self.has_table(table) or not other.has_table(other_table):
            return False
        if self._is_without_rowid(table) or other._is_without_rowid(other_table):
            return False
        # sqlite attaches no file with another encoding
        query = "PRAGMA encoding"
        return bool(self._fetch(query) == other._fetch(query))

    def _is_without_rowid(self, table: str) -> bool:
        query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
        found = self._fetch(query, (table,))
        return any(WITHOUT_ROWID.search(statement) for (statement,) in found)

    def _rows_by_key(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        keys = self.key_names(table)
        names = quote_names(keys)
        query = f"SELECT {names} FROM {quote_name(table)} ORDER BY {names}"
        for values in self._fetch(query):
            key = dict(zip(keys, values, strict=True))
            row = self.row(table, key, columns)
            if row is not None:
                yield row

    def _origin(self, select: Select) -> str:
        """Return the part of a query that says which rows it reads, and how."""
        name = quote_name(select.table)
        # by an index sqlite looks up each row, which is fast for few rows only
        if self.count_selected(select) * FEW > self.count_rows(select.table):
            name += " NOT INDEXED"
        return f"FROM {name} WHERE {select.condition}"

    def copy_data(self, select: Select, _types: Sequence[str]) -> CopyData:
        """Return selected rows for COPY of PostgreSQL."""
        return CopyData(f"NULL '{NULL}'", self._copy_blocks(select))

    def _copy_blocks(self, select: Select) -> Generator[Block, None, None]:
        kinds = {each.name: each.type for each in self.columns(select.table)}
        texts = [
            text_of(f"c{number}", kinds.get(name, ""))
            for number, name in enumerate(select.columns)
        ]
        inner = f"SELECT {select.named_expressions} {self._origin(select)}"
        query = f"SELECT {', '.join(texts)} FROM ({inner})"
        with self._explainer:
            yield from join_rows(self.connection.execute(query, select.all_values))

    def stored_values(self, select: Select) -> Generator[Sequence[Any], None, None]:
        """Yield the values of selected rows."""
        query = f"SELECT {', '.join(select.expressions)} {self._origin(select)}"
        with self._explainer:
            yield from self.connection.execute(query, select.all_values)

    def close(self) -> None:
        """Close the file, and remove what reading its log left beside it."""
        self.connection.close()
        for path in self._leftovers:
            if os.path.exists(path):
                os.unlink(path)


class SqliteWriter(SqliteReader, Writer):
    """A sqlite file, written in one transaction; made where there is none.

    `sources` are files that rows will be copied from. The largest are
    attached, as many as sqlite can take, so that it copies their rows
    by itself.
    """

    def __init__(self, path: str, sources: Sequence[str] = ()) -> None:
        self.path = path
        self._explainer = ErrorExplainer(path)
        self._is_new = not os.path.exists(path)
        self._leftovers = new_log_indexes(sources)
        self._schemas: dict[str, str] = {path: "main."}
        by_size = sorted(sources, key=os.path.getsize, reverse=True)
        with self._explainer:
            # without an isolation level, Python begins and ends no transaction
            # by itself
            self.connection = sqlite3.connect(path, isolation_level=None)
            with closed_on_error(self.connection):
                self.connection.execute("PRAGMA synchronous = FULL")
                if self._is_new:
                    self.connection.execute(f"PRAGMA page_size = {NEW_PAGE}")
                self._attach(by_size)

    def _attach(self, sources: Sequence[str]) -> None:
        """Attach the first files; sqlite can take 10."""
        # rows of files beyond the limit go through memory
        limit = self.connection.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED)
        for number, source in enumerate(sources[:limit]):
            uri = read_only_uri(source)
            self.connection.execute(f"ATTACH ? AS source{number}", (uri,))
            self._schemas[source] = f"source{number}."

    def begin(self) -> None:
        """Begin the transaction; from here on nobody else can write."""
        self._run("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep everything that was written."""
        self._run("COMMIT")

    def rollback(self) -> None:
        """Discard everything that was written."""
        if self.connection.in_transaction:
            self._run("ROLLBACK")

    def close(self) -> None:
        """Close the file, and remove a new one that nothing was written to."""
        super().close()
        # a full disk can keep sqlite from rolling back at once
        roll_back_journal(self.path)
        if self._is_new and os.path.exists(self.path) and file_size(self.path) == 0:
            os.unlink(self.path)

    def insert_selected(
        self, source: Reader, select: Select, table: str, done: Progress
    ) -> Copied:
        """Insert rows in the order of their keys, within sqlite if possible."""
        if not isinstance(source, SqliteReader) or source.path not in self._schemas:
            return self._insert_one_by_one(source, select, table, done)
        origin = f"{self._schemas[source.path]}{quote_name(select.table)}"
        order = select.order or "rowid"
        query = (
            f"SELECT {', '.join(select.expressions)} FROM {origin} "
            f"WHERE {select.condition} ORDER BY {order}"
        )
        into = f"INSERT INTO main.{quote_name(table)}"
        statement = f"{into} ({quote_names(select.columns)}) {query} {UNLESS_PRESENT}"
        if select.is_whole and self._is_empty_and_alike(table, source, select.table):
            # sqlite moves whole pages of rows if nothing at all is said about
            # them
            statement = f"{into} SELECT * FROM {origin}"
        growth = Growth(self.path, source.path, source.count_selected(select))
        with self._explainer:
            return insert_selected(
                self.connection, statement, select.all_values, growth, done
            )

    def insert_pairs(self, pairs: Iterable[Pair], table: str, done: Progress) -> Copied:
        """Add those of many KV rows whose keys are new."""
        statement = SQL.insert(table, KV_COLUMNS, ["?"] * len(KV_COLUMNS))
        with self._explainer:
            return insert_row_by_row(self.connection, statement, pairs, done)

    def _insert_one_by_one(
        self, source: Reader, select: Select, table: str, done: Progress
    ) -> Copied:
        marks = ["?"] * len(select.columns)
        statement = SQL.insert(table, select.columns, marks)
        with self._explainer, closing(source.stored_values(select)) as rows:
            return insert_row_by_row(self.connection, statement, rows, done)

    def _is_empty_and_alike(self, table: str, source: Reader, old: str) -> bool:
        if self._fetch(f"SELECT 1 FROM main.{quote_name(table)} LIMIT 1"):
            return False
        return self.columns(table) == source.columns(old)


def back_up_database(path: str, copy: str) -> None:
    """Write a sqlite file, its log included, into a new file.

    Raises `DatabaseError`.
    """
    reader = SqliteReader(path)
    try:
        with ErrorExplainer(path), closing(sqlite3.connect(copy)) as target:
            reader.connection.backup(target)
    finally:
        reader.close()
