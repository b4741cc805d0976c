"""A sqlite file as a reader or writer.

A file is opened through sqlite and never copied by itself, since a write-ahead log beside it can hold its newest rows.
One without such a log is opened as immutable, so that reading it leaves nothing behind.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from stackcfg.data.engines.protocol import (
    EMPTY_JSON,
    KV_COLUMNS,
    Column,
    DatabaseError,
    Pair,
    PairCopy,
    Progress,
    Reader,
    Row,
    Selection,
)
from stackcfg.system.files import read_head

PAGE: Final = 500
"""Keys that are looked up at once; values are read one by one, since one can be a whole index."""

STEPS: Final = 200_000
"""Instructions of sqlite between two looks at the progress."""

UNLESS: Final = "ON CONFLICT DO NOTHING"
"""What keeps a row that is there. Unlike `OR IGNORE` it lets a row that the table does not take fail."""

TYPES: Final = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "json": "JSON",
}

WITHOUT_NUMBERS: Final = re.compile(r"\)[^)]*\bWITHOUT\s+ROWID\b[^)]*$", re.IGNORECASE)
"""How the statement of a table ends whose rows have no numbers."""

KV_TABLE: Final = (
    "CREATE TABLE {table} (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
)


class SqliteReader:
    """A sqlite file, read only. Raises `DatabaseError` from every method."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._traces = _traces([path])
        if is_interrupted(path):
            hint = "a server rolls it back when it is started, 'stackcfg data copy' where it is to write"
            raise DatabaseError(
                path, "a write was interrupted and not rolled back yet", hint
            )
        with self._told():
            self.connection = sqlite3.connect(
                _uri(path), uri=True, isolation_level=None
            )
            self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn an error of sqlite into one that names the file and what to do."""
        try:
            yield
        except sqlite3.Error as error:
            reason, hint = explained(str(error))
            raise DatabaseError(self.path, reason, hint) from None
        except UnicodeDecodeError:
            raise DatabaseError(self.path, "holds text that is not UTF-8") from None

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._told():
            return self.connection.execute(statement, values).fetchall()

    def has_table(self, table: str) -> bool:
        """Whether there is a table."""
        return bool(
            self._ask(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
                (table,),
            )
        )

    def tables(self, prefix: str) -> list[str]:
        """The tables whose names begin with a prefix."""
        found = self._ask(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, ?) = ?",
            (len(prefix), prefix),
        )
        return sorted(name for (name,) in found)

    def columns(self, table: str) -> list[Column]:
        """The columns of a table, in order."""
        found = self._ask(f"PRAGMA table_info({_name(table)})")
        return [
            Column(name, kind, bool(required), bool(key))
            for _, name, kind, required, _, key in found
        ]

    def count_pairs(self, table: str, selection: Selection) -> int:
        """How many KV rows are selected."""
        where, values = _where(selection)
        return int(
            self._ask(f"SELECT count(*) FROM {_name(table)} WHERE {where}", values)[0][
                0
            ]
        )

    def count_rows(self, table: str) -> int:
        """How many rows a SQL table has."""
        return int(self._ask(f"SELECT count(*) FROM {_name(table)}")[0][0])

    def pairs(self, table: str, selection: Selection) -> Iterator[Pair]:
        """The selected KV rows in the order of their keys."""
        where, values = _where(selection)
        last = ""
        query = f"SELECT key FROM {_name(table)} WHERE key > ? AND {where} ORDER BY key LIMIT {PAGE}"
        while keys := [key for (key,) in self._ask(query, (last, *values))]:
            yield from (
                pair for key in keys if (pair := self.pair(table, key)) is not None
            )
            last = keys[-1]

    def pair(self, table: str, key: str) -> Pair | None:
        """The KV row of a key."""
        found = self._ask(
            f"SELECT key, value, expiration FROM {_name(table)} WHERE key = ?", (key,)
        )
        return found[0] if found else None

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """The rows of a SQL table in the order of their row numbers, or of their keys where they have no numbers."""
        if self._is_without_numbers(table):
            yield from self._rows_by_key(table, columns)
            return
        names = ", ".join(map(_name, columns))
        last = -(1 << 63)
        query = f"SELECT rowid, {names} FROM {_name(table)} WHERE rowid > ? ORDER BY rowid LIMIT 100"
        while found := self._ask(query, (last,)):
            yield from (dict(zip(columns, values, strict=True)) for _, *values in found)
            last = found[-1][0]

    def _is_without_numbers(self, table: str) -> bool:
        found = self._ask(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)
        )
        return any(WITHOUT_NUMBERS.search(sql) for (sql,) in found)

    def _rows_by_key(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        keys = [each.name for each in self.columns(table) if each.key]
        names = ", ".join(map(_name, keys))
        for values in self._ask(f"SELECT {names} FROM {_name(table)} ORDER BY {names}"):
            found = self.row(table, dict(zip(keys, values, strict=True)), columns)
            if found is not None:
                yield found

    def row(self, table: str, key: Row, columns: Sequence[str]) -> Row | None:
        """The row of a SQL table with this key."""
        where = " AND ".join(f"{_name(name)} = ?" for name in key)
        names = ", ".join(map(_name, columns))
        found = self._ask(
            f"SELECT {names} FROM {_name(table)} WHERE {where}", tuple(key.values())
        )
        return dict(zip(columns, found[0], strict=True)) if found else None

    def close(self) -> None:
        """Let go of the file, and of what reading its log left beside it."""
        self.connection.close()
        for trace in self._traces:
            if os.path.exists(trace):
                os.unlink(trace)


class SqliteWriter(SqliteReader):
    """A sqlite file, written in one transaction; made where it is not there.

    `sources` are files that rows will be copied from: those are attached, the largest first, as far as sqlite lets us.
    """

    def __init__(self, path: str, sources: Sequence[str] = ()) -> None:
        self.path = path
        self._is_new = not os.path.exists(path)
        self._traces = _traces(sources)
        self._attached: dict[str, str] = {}
        with self._told():
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.execute("PRAGMA synchronous = FULL")
            room = self.connection.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED)
            for number, source in enumerate(
                sorted(sources, key=os.path.getsize, reverse=True)[:room]
            ):
                self.connection.execute(f"ATTACH ? AS source{number}", (_uri(source),))
                self._attached[source] = f"source{number}"

    def begin(self) -> None:
        """Begin the transaction; nobody else can write from here on."""
        self._ask("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep everything that was written."""
        self._ask("COMMIT")

    def rollback(self) -> None:
        """Keep nothing."""
        if self.connection.in_transaction:
            self._ask("ROLLBACK")

    def close(self) -> None:
        """Let go of the file. One that nothing was written to is as it was, or is not there if it was not."""
        super().close()
        roll_back_journal(self.path)  # where the disk was too full to do it at once
        if (
            self._is_new
            and os.path.exists(self.path)
            and os.path.getsize(self.path) == 0
        ):
            os.unlink(self.path)

    def make_kv_table(self, table: str) -> None:
        """Make a KV table as the servers do, unless it is there."""
        if not self.has_table(table):
            self._ask(KV_TABLE.format(table=_name(table)))

    def make_table_like(self, table: str, source: Reader, source_table: str) -> None:
        """Make a SQL table with the columns of another one; where it is there, add the columns that it lacks."""
        wanted = source.columns(source_table)
        if not self.has_table(table):
            parts = [
                f"{_name(each.name)} {each.type}{' NOT NULL' if each.required else ''}"
                for each in wanted
            ]
            keys = [_name(each.name) for each in wanted if each.key]
            parts += [f"PRIMARY KEY ({', '.join(keys)})"] if keys else []
            self._ask(f"CREATE TABLE {_name(table)} ({', '.join(parts)})")
            return
        known = {each.name for each in self.columns(table)}
        for each in wanted:
            if each.name not in known:
                self._ask(
                    f"ALTER TABLE {_name(table)} ADD COLUMN {_name(each.name)} {each.type}"
                )

    def make_table(self, table: str, schema: Mapping[str, str]) -> None:
        """Make a SQL table of columns and plain types, the first of which is the key, unless it is there."""
        if not self.has_table(table):
            columns = ", ".join(
                f"{_name(name)} {TYPES[kind]}" for name, kind in schema.items()
            )
            self._ask(
                f"CREATE TABLE {_name(table)} ({columns}, PRIMARY KEY ({_name(next(iter(schema)))}))"
            )

    def add_columns(self, table: str, schema: Mapping[str, str]) -> None:
        """Add the columns that a SQL table lacks; `schema` has their plain types."""
        known = {each.name for each in self.columns(table)}
        for name, kind in schema.items():
            if name not in known:
                self._ask(
                    f"ALTER TABLE {_name(table)} ADD COLUMN {_name(name)} {TYPES[kind]}"
                )

    def copy_pairs(
        self, source: Reader, copy: PairCopy, total: int, done: Progress
    ) -> int:
        """Copy those of `total` KV rows whose keys are not there. How many were added."""
        assert isinstance(source, SqliteReader)
        where, values = _where(copy.selection)
        same_keys = copy.strip == copy.prefix
        key = "key" if same_keys else f"? || substr(key, {len(copy.strip) + 1})"
        select = f"SELECT {key}, value, expiration FROM {{origin}} WHERE {where} ORDER BY key"
        return self._copied(
            _Copy(source, copy.source_table, copy.table, KV_COLUMNS, select, total),
            () if same_keys else (copy.prefix,),
            values,
            done,
            whole=same_keys and copy.selection.is_everything,
        )

    def copy_rows(
        self, source: Reader, source_table: str, table: str, total: int, done: Progress
    ) -> int:
        """Copy those of the `total` rows of a SQL table whose keys are not there. How many were added."""
        assert isinstance(source, SqliteReader)
        found = source.columns(source_table)
        columns = tuple(each.name for each in found)
        keys = ", ".join(_name(each.name) for each in found if each.key) or "rowid"
        select = (
            f"SELECT {', '.join(map(_name, columns))} FROM {{origin}} ORDER BY {keys}"
        )
        return self._copied(
            _Copy(source, source_table, table, columns, select, total),
            (),
            (),
            done,
            whole=True,
        )

    def _copied(
        self,
        copy: _Copy,
        before: Sequence[Any],
        values: Sequence[Any],
        done: Progress,
        *,
        whole: bool,
    ) -> int:
        """Copy rows in the order of their keys, inside of sqlite where the old file is attached."""
        origin = "main" if copy.source is self else self._attached.get(copy.source.path)
        columns = ", ".join(map(_name, copy.columns))
        if origin is None:
            with self._told():
                rows = copy.source.connection.execute(
                    copy.select.format(origin=_name(copy.source_table)),
                    (*before, *values),
                )
            marks = ", ".join("?" * len(copy.columns))
            return self._stream(
                f"INSERT INTO {_name(copy.table)} ({columns}) VALUES ({marks}) {UNLESS}",
                rows,
                done,
            )
        origin = f"{origin}.{_name(copy.source_table)}"
        if (
            whole
            and self._is_empty(copy.table)
            and self.columns(copy.table) == copy.source.columns(copy.source_table)
        ):
            # without a condition and into an empty table of the same shape sqlite moves rows as they are
            return self._add(
                f"INSERT INTO main.{_name(copy.table)} SELECT * FROM {origin}",
                (),
                copy,
                done,
            )
        select = copy.select.format(origin=origin)
        statement = (
            f"INSERT INTO main.{_name(copy.table)} ({columns}) {select} {UNLESS}"
        )
        return self._add(statement, (*before, *values), copy, done)

    def add_pair(self, table: str, pair: Pair) -> bool:
        """Add a KV row unless its key is there; whether it was added."""
        statement = f"INSERT INTO {_name(table)} ({', '.join(KV_COLUMNS)}) VALUES (?, ?, ?) {UNLESS}"
        return self._changed(statement, pair) > 0

    def set_value(self, table: str, key: str, value: str) -> None:
        """Write the value of a KV row that was read in this transaction."""
        self._changed(
            f"UPDATE {_name(table)} SET value = ? WHERE key = ?", (value, key)
        )

    def add_row(self, table: str, row: Row) -> bool:
        """Add a row of a SQL table unless its key is there; whether it was added."""
        columns, marks = ", ".join(map(_name, row)), ", ".join("?" * len(row))
        statement = f"INSERT INTO {_name(table)} ({columns}) VALUES ({marks}) {UNLESS}"
        return self._changed(statement, tuple(row.values())) > 0

    def set_row(self, table: str, key: Row, changes: Row) -> None:
        """Write columns of a row that was read in this transaction."""
        assignments = ", ".join(f"{_name(name)} = ?" for name in changes)
        where = " AND ".join(f"{_name(name)} = ?" for name in key)
        self._changed(
            f"UPDATE {_name(table)} SET {assignments} WHERE {where}",
            (*changes.values(), *key.values()),
        )

    def set_where_null(self, table: str, column: str, value: str, unless: str) -> int:
        """Write a text into a column wherever it is NULL, unless a JSON column holds something. How many rows."""
        name, other = _name(column), _name(unless)
        where = f"{name} IS NULL AND ({other} IS NULL OR {other} IN ({', '.join('?' * len(EMPTY_JSON))}))"
        return self._changed(
            f"UPDATE {_name(table)} SET {name} = ? WHERE {where}", (value, *EMPTY_JSON)
        )

    def count_null(self, table: str, column: str) -> int:
        """In how many rows a column is NULL."""
        return int(
            self._ask(
                f"SELECT count(*) FROM {_name(table)} WHERE {_name(column)} IS NULL"
            )[0][0]
        )

    def _changed(self, statement: str, values: Sequence[Any]) -> int:
        with self._told():
            return self.connection.execute(statement, values).rowcount

    def _is_empty(self, table: str) -> bool:
        return not self._ask(f"SELECT 1 FROM main.{_name(table)} LIMIT 1")

    def _stream(self, statement: str, rows: sqlite3.Cursor, done: Progress) -> int:
        """Copy rows through memory, one at a time: from a file that could not be attached."""
        counted = 0

        def told() -> Iterator[Any]:
            nonlocal counted
            for row in rows:
                counted += 1
                if not counted % PAGE:
                    done(PAGE)
                yield row

        with self._told():
            added = self.connection.executemany(statement, told()).rowcount
        done(counted % PAGE)
        return added

    def _add(
        self, statement: str, values: Sequence[Any], copy: _Copy, done: Progress
    ) -> int:
        """Copy rows inside of sqlite. How far it is can only be told by how the file grows against the old one."""
        begun, expected, told = _size(self.path), max(1, _size(copy.source.path)), 0

        def look() -> int:
            nonlocal told
            rows = int(copy.total * min(1.0, (_size(self.path) - begun) / expected))
            done(max(0, rows - told))
            told = max(told, rows)
            return 0

        with self._told():
            self.connection.set_progress_handler(look, STEPS)
            try:
                added = self.connection.execute(statement, values).rowcount
            finally:
                self.connection.set_progress_handler(None, 0)
        done(copy.total - told)
        return added


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy from a table to a table: the columns, the query for the old rows, how many those are."""

    source: SqliteReader
    source_table: str
    table: str
    columns: Sequence[str]
    select: str
    total: int


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.exists(path) else 0


JOURNAL: Final = bytes.fromhex("d9d505f920a163d7")
"""What a rollback journal begins with as long as it is needed."""


def is_interrupted(path: str) -> bool:
    """Whether a write to a file was interrupted, and what it wrote must be rolled back before the file is read."""
    return read_head(f"{path}-journal", len(JOURNAL)) == JOURNAL


def roll_back_journal(path: str) -> None:
    """Let sqlite roll back what an interrupted write left, if there is any. Raises `DatabaseError`."""
    if not is_interrupted(path):
        return
    try:
        connection = sqlite3.connect(path)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.close()
    except sqlite3.Error as error:
        raise DatabaseError(path, *explained(str(error))) from None


def _traces(paths: Sequence[str]) -> list[str]:
    """What reading a write-ahead log leaves beside a file and was not there before: the index of the log."""
    return [
        f"{path}-shm"
        for path in paths
        if os.path.exists(f"{path}-wal") and not os.path.exists(f"{path}-shm")
    ]


def _uri(path: str) -> str:
    log = f"{path}-wal"
    # without rows in a log nobody is writing, and nothing need be made beside the file to read it
    immutable = not os.path.exists(log) or os.path.getsize(log) == 0
    return f"file:{quote(path)}?mode=ro{'&immutable=1' if immutable else ''}"


def _name(name: str) -> str:
    """A name as it stands in a statement."""
    return '"' + name.replace('"', '""') + '"'


def _where(selection: Selection) -> tuple[str, list[str]]:
    """The condition for the selected keys; `1` for all of them."""
    parts, values = [], []
    if selection.prefixes:
        parts.append(
            f"({' OR '.join(['(key >= ? AND key < ?)'] * len(selection.prefixes))})"
        )
        values += [bound for prefix in selection.prefixes for bound in _bounds(prefix)]
    for prefix in selection.without:
        parts.append("NOT (key >= ? AND key < ?)")
        values += _bounds(prefix)
    return " AND ".join(parts) or "1", values


def _bounds(prefix: str) -> tuple[str, str]:
    """The first key with a prefix, and the first one behind all of them."""
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


EXPLAINED: Final = (
    ("locked", "a server is writing to it", "stop the server"),
    ("busy", "a server is writing to it", "stop the server"),
    ("full", "the disk is full", "nothing was written; make room and start again"),
    ("not a database", "is no sqlite database", "see whether the path is right"),
    (
        "malformed",
        "is damaged",
        "nothing was written; mend it with 'sqlite3 FILE .recover' and start again",
    ),
    (
        "readonly",
        "must not be written",
        "give yourself the right to write to it and to its folder",
    ),
    (
        "unable to open",
        "cannot be opened",
        "see whether you may read and write it and its folder",
    ),
    ("interrupted", "was interrupted", "nothing was written; start again"),
)
"""What sqlite says, what it means, what to do."""


def explained(message: str) -> tuple[str, str]:
    """An error of sqlite in words, and what to do."""
    for word, reason, hint in EXPLAINED:
        if word in message:
            return f"{reason} ({message})", hint
    return message, "nothing was written"


def back_up_database(path: str, copy: str) -> None:
    """Write all of a sqlite file, its log included, into a new one. Raises `DatabaseError`."""
    reader = SqliteReader(path)
    try:
        with reader._told():
            target = sqlite3.connect(copy)
            try:
                reader.connection.backup(target)
            finally:
                target.close()
    finally:
        reader.close()
