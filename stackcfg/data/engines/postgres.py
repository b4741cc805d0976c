"""A PostgreSQL database as a reader or writer, through psycopg (the extra `stackcfg[postgres]`).

A writer locks the tables it writes against other writers until its transaction ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

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
from stackcfg.data.locations import DEFAULT_PORT, Database

if TYPE_CHECKING:
    import psycopg

SECONDS: Final = 10
"""How long to wait for a server that does not answer."""

PAGE: Final = 500
TYPES: Final = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "json": "JSON",
}
JSON_TYPES: Final = ("json", "jsonb")

COLUMNS: Final = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey))
FROM pg_attribute a
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""


class PostgresReader:
    """A PostgreSQL database, read only. Raises `DatabaseError` from every method."""

    read_only = True

    def __init__(self, database: Database) -> None:
        self.database = database
        driver = _driver(database)
        host, port, name = database.address
        login = database.login
        options = {
            "sslmode": login.ssl_mode,
            "sslrootcert": login.ca_cert_path,
            "password": login.password,
        }
        with self._told():
            self.connection: psycopg.Connection[Any] = driver.connect(
                host=host,
                port=port or DEFAULT_PORT,
                dbname=name,
                user=login.user,
                connect_timeout=SECONDS,
                application_name="stackcfg",
                **{key: value for key, value in options.items() if value},
            )
            self.connection.read_only = self.read_only
            self.connection.isolation_level = (
                driver.IsolationLevel.REPEATABLE_READ if self.read_only else None
            )

    @contextmanager
    def _told(self, row: str = "") -> Iterator[None]:
        """Turn an error of the driver into one that names the database, the row that it does not take, what to do."""
        driver = _driver(self.database)
        try:
            yield
        except driver.Error as error:
            text = " ".join(str(error).split())
            secret = self.database.login.password
            reason = text.replace(secret, "***") if secret else text
            if row and isinstance(error, driver.DataError):
                reason = f"does not take {row}: {reason}"
            raise DatabaseError(
                self.database.describe(), reason, _hint(reason)
            ) from None

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._told():
            return self.connection.execute(statement, values).fetchall()

    def _walk(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Rows one by one; the server holds the others back."""
        with self._told(), self.connection.cursor(name="stackcfg") as cursor:
            cursor.itersize = PAGE
            cursor.execute(statement, values)
            yield from cursor

    def has_table(self, table: str) -> bool:
        """Whether there is a table."""
        return bool(table) and self._ask(
            "SELECT to_regclass(%s) IS NOT NULL", (_name(table),)
        ) == [(True,)]

    def tables(self, prefix: str) -> list[str]:
        """The tables of the search path whose names begin with a prefix."""
        query = "SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) ORDER BY tablename"
        return [
            _quoted(name) if "." in name else name
            for (name,) in self._ask(query)
            if name.startswith(prefix)
        ]

    def columns(self, table: str) -> list[Column]:
        """The columns of a table, in order."""
        return [Column(*row) for row in self._ask(COLUMNS, (_name(table),))]

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
        """The selected KV rows."""
        where, values = _where(selection)
        for row in self._walk(
            f"SELECT key, value, expiration FROM {_name(table)} WHERE {where}", values
        ):
            yield row[0], row[1], _in_any_engine(row[2])

    def pair(self, table: str, key: str) -> Pair | None:
        """The KV row of a key."""
        found = self._ask(
            f"SELECT key, value, expiration FROM {_name(table)} WHERE key = %s", (key,)
        )
        return (
            (found[0][0], found[0][1], _in_any_engine(found[0][2])) if found else None
        )

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """The rows of a SQL table; JSON as its text."""
        for values in self._walk(
            f"SELECT {self._as_text(table, columns)} FROM {_name(table)}"
        ):
            yield dict(zip(columns, map(_in_any_engine, values), strict=True))

    def row(self, table: str, key: Row, columns: Sequence[str]) -> Row | None:
        """The row of a SQL table with this key; JSON as its text."""
        where = " AND ".join(f"{_quoted(name)} = %s" for name in key)
        query = (
            f"SELECT {self._as_text(table, columns)} FROM {_name(table)} WHERE {where}"
        )
        found = self._ask(query, tuple(key.values()))
        return (
            dict(zip(columns, map(_in_any_engine, found[0]), strict=True))
            if found
            else None
        )

    def _as_text(self, table: str, columns: Sequence[str]) -> str:
        kinds = {each.name: each.type for each in self.columns(table)}
        return ", ".join(
            f"{_quoted(name)}::text" if kinds.get(name) in JSON_TYPES else _quoted(name)
            for name in columns
        )

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()


class PostgresWriter(PostgresReader):
    """A PostgreSQL database, written in one transaction."""

    read_only = False

    def begin(self) -> None:
        """Begin the transaction."""
        self._run(f"SET LOCAL lock_timeout = '{SECONDS}s'")

    def commit(self) -> None:
        """Keep everything that was written."""
        with self._told():
            self.connection.commit()

    def rollback(self) -> None:
        """Keep nothing. A connection that broke has kept nothing already."""
        if not self.connection.closed and not self.connection.broken:
            with self._told():
                self.connection.rollback()

    def make_kv_table(self, table: str) -> None:
        """Make a KV table as the servers do, unless it is there."""
        if not self._locked(table):
            self._run(
                f"CREATE TABLE {_name(table)} (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
            )

    def make_table_like(self, table: str, source: Reader, source_table: str) -> None:
        """Make a SQL table with the columns of another one; where it is there, add the columns that it lacks."""
        wanted = source.columns(source_table)
        if not self._locked(table):
            parts = [
                f"{_quoted(each.name)} {each.type}{' NOT NULL' if each.required else ''}"
                for each in wanted
            ]
            keys = [_quoted(each.name) for each in wanted if each.key]
            parts += [f"PRIMARY KEY ({', '.join(keys)})"] if keys else []
            self._run(f"CREATE TABLE {_name(table)} ({', '.join(parts)})")
            return
        for each in wanted:
            self._run(
                f"ALTER TABLE {_name(table)} ADD COLUMN IF NOT EXISTS {_quoted(each.name)} {each.type}"
            )

    def make_table(self, table: str, schema: Mapping[str, str]) -> None:
        """Make a SQL table of columns and plain types, the first of which is the key, unless it is there."""
        if not self._locked(table):
            columns = ", ".join(
                f"{_quoted(name)} {TYPES[kind]}" for name, kind in schema.items()
            )
            self._run(
                f"CREATE TABLE {_name(table)} ({columns}, PRIMARY KEY ({_quoted(next(iter(schema)))}))"
            )

    def add_columns(self, table: str, schema: Mapping[str, str]) -> None:
        """Add the columns that a SQL table lacks; `schema` has their plain types."""
        known = {each.name for each in self.columns(table)}
        for name, kind in schema.items():
            if name not in known:
                self._run(
                    f"ALTER TABLE {_name(table)} ADD COLUMN {_quoted(name)} {TYPES[kind]}"
                )

    def _locked(self, table: str) -> bool:
        """Keep other writers out of a table; false where there is none."""
        known = self.has_table(table)
        if known:
            self._run(f"LOCK TABLE {_name(table)} IN SHARE ROW EXCLUSIVE MODE NOWAIT")
        return known

    def copy_pairs(
        self, source: Reader, copy: PairCopy, total: int, done: Progress
    ) -> int:
        """Copy those of `total` KV rows whose keys are not there. How many were added."""
        assert isinstance(source, PostgresReader)
        where, values = _where(copy.selection)
        columns = ", ".join(KV_COLUMNS)
        key = (
            "key"
            if copy.strip == copy.prefix
            else f"%s || substr(key, {len(copy.strip) + 1})"
        )
        before = () if copy.strip == copy.prefix else (copy.prefix,)
        select = f"SELECT {key}, value, expiration FROM {_name(copy.source_table)} WHERE {where}"
        added = self._added(source, select, (*before, *values), copy.table, columns)
        done(total)
        return added

    def copy_rows(
        self, source: Reader, source_table: str, table: str, total: int, done: Progress
    ) -> int:
        """Copy those of the `total` rows of a SQL table whose keys are not there. How many were added."""
        assert isinstance(source, PostgresReader)
        columns = ", ".join(_quoted(each.name) for each in source.columns(source_table))
        added = self._added(
            source, f"SELECT {columns} FROM {_name(source_table)}", (), table, columns
        )
        done(total)
        return added

    def _added(
        self,
        source: PostgresReader,
        select: str,
        values: Sequence[Any],
        table: str,
        columns: str,
    ) -> int:
        """Add selected rows: within one database by a statement, from another one by way of a passing table."""
        into = f"INSERT INTO {_name(table)} ({columns})"
        if source is self:
            return self._run(f"{into} {select} ON CONFLICT DO NOTHING", values)
        self._run(
            f"CREATE TEMPORARY TABLE stackcfg_passing ON COMMIT DROP AS SELECT {columns} FROM {_name(table)} LIMIT 0"
        )
        with (
            self._told(),
            source._told(),
            source.connection.cursor() as old,
            self.connection.cursor() as new,
        ):
            out = old.copy(f"COPY ({select}) TO STDOUT", values)
            with (
                out as reading,
                new.copy(f"COPY stackcfg_passing ({columns}) FROM STDIN") as writing,
            ):
                for data in reading:
                    writing.write(data)
        added = self._run(
            f"{into} SELECT {columns} FROM stackcfg_passing ON CONFLICT DO NOTHING"
        )
        self._run("DROP TABLE stackcfg_passing")
        return added

    def add_pair(self, table: str, pair: Pair) -> bool:
        """Add a KV row unless its key is there; whether it was added."""
        into = (
            f"INSERT INTO {_name(table)} ({', '.join(KV_COLUMNS)}) VALUES (%s, %s, %s)"
        )
        return (
            self._run(
                f"{into} ON CONFLICT DO NOTHING",
                pair,
                f"the key '{pair[0]}' of table {table}",
            )
            > 0
        )

    def set_value(self, table: str, key: str, value: str) -> None:
        """Write the value of a KV row that was read in this transaction."""
        self._run(f"UPDATE {_name(table)} SET value = %s WHERE key = %s", (value, key))

    def add_row(self, table: str, row: Row) -> bool:
        """Add a row of a SQL table unless its key is there; whether it was added."""
        columns, marks = (
            ", ".join(map(_quoted, row)),
            ", ".join(self._marks(table, row)),
        )
        statement = f"INSERT INTO {_name(table)} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        name = f"the row '{next(iter(row.values()), '')}' of table {table}"
        return self._run(statement, tuple(row.values()), name) > 0

    def set_row(self, table: str, key: Row, changes: Row) -> None:
        """Write columns of a row that was read in this transaction."""
        pairs = zip(changes, self._marks(table, changes), strict=True)
        assignments = ", ".join(f"{_quoted(name)} = {mark}" for name, mark in pairs)
        where = " AND ".join(f"{_quoted(name)} = %s" for name in key)
        self._run(
            f"UPDATE {_name(table)} SET {assignments} WHERE {where}",
            (*changes.values(), *key.values()),
        )

    def set_where_null(self, table: str, column: str, value: str, unless: str) -> int:
        """Write a text into a column wherever it is NULL, unless a JSON column holds something. How many rows."""
        name, other = _quoted(column), _quoted(unless)
        where = f"{name} IS NULL AND ({other} IS NULL OR {other}::text = ANY (%s))"
        return self._run(
            f"UPDATE {_name(table)} SET {name} = %s WHERE {where}",
            (value, list(EMPTY_JSON)),
        )

    def count_null(self, table: str, column: str) -> int:
        """In how many rows a column is NULL."""
        return int(
            self._ask(
                f"SELECT count(*) FROM {_name(table)} WHERE {_quoted(column)} IS NULL"
            )[0][0]
        )

    def _marks(self, table: str, columns: Row) -> list[str]:
        kinds = {each.name: each.type for each in self.columns(table)}
        marks = {
            "boolean": "%s::int::boolean",
            **{kind: f"%s::{kind}" for kind in JSON_TYPES},
        }
        return [marks.get(kinds.get(name, ""), "%s") for name in columns]

    def _run(self, statement: str, values: Sequence[Any] = (), row: str = "") -> int:
        with self._told(row):
            return self.connection.execute(statement, values).rowcount


def count_other_connections(database: Database) -> list[str]:
    """Who else is connected to a database as the same user: programs, with where they are. Raises `DatabaseError`."""
    reader = PostgresReader(database)
    try:
        found = reader._ask(
            "SELECT application_name, coalesce(host(client_addr), 'this machine') FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' ORDER BY 1, 2"
        )
    finally:
        reader.close()
    return [f"{name or 'a program'} on {where}" for name, where in found]


def _driver(database: Database) -> Any:
    try:
        import psycopg
    except ImportError:
        hint = "install it with: pip install 'stackcfg[postgres]'"
        raise DatabaseError(
            database.describe(), "psycopg is not installed", hint
        ) from None
    return psycopg


def _in_any_engine(value: Any) -> Any:
    """A value as each engine takes it: a time as the text that SQLAlchemy and the KV stores write into sqlite files."""
    return value.isoformat(" ") if isinstance(value, datetime) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _name(table: str) -> str:
    """A table as it stands in a statement: a part before a dot is a schema, unless it is in quotes."""
    return ".".join(
        each if each.startswith('"') else _quoted(each)
        for each in _PARTS.findall(table)
    )


_PARTS: Final = re.compile(r'"(?:[^"]|"")*"|[^."]+')


def _where(selection: Selection) -> tuple[str, list[str]]:
    """The condition for the selected keys; keys are compared as text, whatever the collation of the database."""
    parts, values = [], []
    if selection.prefixes:
        parts.append(
            f"({' OR '.join(['starts_with(key, %s)'] * len(selection.prefixes))})"
        )
    parts += ["NOT starts_with(key, %s)"] * len(selection.without)
    values += [*selection.prefixes, *selection.without]
    return " AND ".join(parts) or "true", values


HINTS: Final = (
    (
        "password authentication failed",
        "see whether user and password are those of the server's environment",
    ),
    ("no password supplied", "see whether the variable with the password is set"),
    ("does not exist", "see whether the name is right"),
    ("could not obtain lock", "a server is writing to it: stop the server"),
    ("lock timeout", "somebody is using it: stop the server"),
    (
        "terminating connection",
        "the database server went away; nothing was written, start again when it is back",
    ),
    (
        "server closed the connection",
        "the database server went away; nothing was written, start again when it is back",
    ),
    (
        "connection is lost",
        "the database server went away; nothing was written, start again when it is back",
    ),
    ("connection refused", "see whether the database server runs, and on this port"),
    ("Connection refused", "see whether the database server runs, and on this port"),
    (
        "NUL (0x00)",
        "take this character out of it in the old database; nothing was written",
    ),
    ("timeout", "see whether the database server runs and lets you in"),
    ("permission denied", "ask for the right to read and write these tables"),
    ("No space left", "the disk of the database server is full; nothing was written"),
)


def _hint(reason: str) -> str:
    return next((hint for word, hint in HINTS if word in reason), "nothing was written")
