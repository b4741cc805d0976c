"""A PostgreSQL database as a reader or writer (the extra
`stackcfg[postgres]`).

A writer locks the tables it writes against other writers until its transaction
ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from stackcfg.data.engines.database import KV_LIST, Reader, Writer
from stackcfg.data.engines.postgres_driver import SECONDS, connect, explain_errors
from stackcfg.data.engines.protocol import (
    Column,
    Pair,
    Progress,
    Row,
    Selection,
)
from stackcfg.data.engines.statements import (
    UNLESS_PRESENT,
    Select,
    Statements,
    quote_name,
    quote_names,
)
from stackcfg.data.locations import Database

PAGE: Final = 500
JSON_TYPES: Final = ("json", "jsonb")
CASTS: Final = {
    "boolean": "%s::int::boolean",
    **{kind: f"%s::{kind}" for kind in JSON_TYPES},
}
"""Placeholders for values as sqlite stores them, by the type of the column."""

TABLES: Final = """
SELECT tablename FROM pg_tables
WHERE schemaname = ANY (current_schemas(false)) ORDER BY tablename
"""
COLUMNS: Final = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       EXISTS (SELECT 1 FROM pg_index i
               WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey))
FROM pg_attribute a
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
OTHER_CONNECTIONS: Final = """
SELECT application_name, coalesce(host(client_addr), 'this machine') FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'
ORDER BY 1, 2
"""
PASSING_TABLE: Final = "stackcfg_passing"
_PARTS: Final = re.compile(r'"(?:[^"]|"")*"|[^."]+')


def _name_table(table: str) -> str:
    """Return a table as a statement names it: what is before a dot is a
    schema.
    """
    parts = _PARTS.findall(table)
    return ".".join(
        part if part.startswith('"') else quote_name(part) for part in parts
    )


def _test_values(prefix: str) -> tuple[str]:
    return (prefix,)


# starts_with() compares characters, whatever the collation of the database
SQL: Final = Statements(
    "%s", _name_table, "starts_with(key, %s)", _test_values, "::text"
)


class PostgresReader(Reader):
    """A PostgreSQL database, read only. Every method raises `DatabaseError`."""

    sql = SQL
    is_read_only = True

    def __init__(self, database: Database) -> None:
        self.database = database
        self.connection = connect(database, read_only=self.is_read_only)

    def explain_errors(self, row: str = "") -> AbstractContextManager[None]:
        """Turn errors of the driver into `DatabaseError`s about a row."""
        return explain_errors(self.database, row)

    def _stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield rows one by one; the server keeps the others meanwhile."""
        with (
            self.explain_errors(),
            self.connection.cursor(name="stackcfg") as cursor,
        ):
            cursor.itersize = PAGE
            cursor.execute(statement, values)
            yield from cursor

    def has_table(self, table: str) -> bool:
        """Return whether a table exists."""
        if not table:
            return False
        query = "SELECT to_regclass(%s) IS NOT NULL"
        return bool(self._fetch(query, (_name_table(table),))[0][0])

    def tables(self, prefix: str) -> list[str]:
        """Return the tables of the search path by their prefix, sorted."""
        found = []
        for (name,) in self._fetch(TABLES):
            if name.startswith(prefix):
                # a dot in a name is no schema
                found.append(quote_name(name) if "." in name else name)
        return found

    def columns(self, table: str) -> list[Column]:
        """Return the columns of a table, in order."""
        return [Column(*row) for row in self._fetch(COLUMNS, (_name_table(table),))]

    def pairs(self, table: str, selection: Selection) -> Iterator[Pair]:
        """Yield the selected KV rows."""
        condition, values = SQL.selected(selection)
        query = SQL.select(table, KV_LIST, condition)
        for key, value, expiration in self._stream(query, values):
            yield key, value, self.as_stored(expiration)

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of a SQL table with these columns, one at a time."""
        for values in self._stream(self.select_rows(table, columns, "true")):
            yield self._as_row(columns, values)

    def as_stored(self, value: Any) -> Any:
        """Return a value as each engine takes it.

        A time becomes the string that SQLAlchemy and the KV stores write into
        sqlite files.
        """
        return value.isoformat(" ") if isinstance(value, datetime) else value

    def select_rows(self, table: str, columns: Sequence[str], condition: str) -> str:
        """Return the query for rows of a SQL table; JSON as text."""
        types = self._types(table)
        casts = {name for name in columns if types.get(name) in JSON_TYPES}
        parts = [
            quote_name(name) + (SQL.text_cast if name in casts else "")
            for name in columns
        ]
        return SQL.select(table, ", ".join(parts), condition)

    def _types(self, table: str) -> dict[str, str]:
        return {each.name: each.type for each in self.columns(table)}

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class PostgresWriter(PostgresReader, Writer):
    """A PostgreSQL database, written in one transaction."""

    is_read_only = False

    def begin(self) -> None:
        """Begin the transaction."""
        self._run(f"SET LOCAL lock_timeout = '{SECONDS}s'")

    def commit(self) -> None:
        """Keep everything that was written."""
        with self.explain_errors():
            self.connection.commit()

    def rollback(self) -> None:
        """Discard everything that was written."""
        if not self.connection.closed and not self.connection.broken:
            with self.explain_errors():
                self.connection.rollback()

    def claim_table(self, table: str) -> bool:
        """Keep other writers out of a table; return whether it exists."""
        if not self.has_table(table):
            return False
        name = _name_table(table)
        # a server that is writing is reported at once, not waited for
        self._run(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE NOWAIT")
        return True

    def insert_selected(
        self, source: Reader, select: Select, table: str, total: int, done: Progress
    ) -> int:
        """Insert rows; those of another database by way of a passing table."""
        assert isinstance(source, PostgresReader)
        names = quote_names(select.columns)
        into = f"INSERT INTO {_name_table(table)} ({names})"
        query = SQL.select(select.table, select.expressions, select.condition)
        if source is self:
            added = self._run(f"{into} {query} {UNLESS_PRESENT}", select.values)
        else:
            # COPY fails at the first existing key, INSERT can skip it
            empty = SQL.select(table, names, "false")
            passing = f"TEMPORARY TABLE {PASSING_TABLE} ON COMMIT DROP"
            self._run(f"CREATE {passing} AS {empty}")
            self._receive(source, query, select.values, names)
            passed = f"SELECT {names} FROM {PASSING_TABLE}"
            added = self._run(f"{into} {passed} {UNLESS_PRESENT}")
            self._run(f"DROP TABLE {PASSING_TABLE}")
        done(total)
        return added

    def _receive(
        self, source: PostgresReader, query: str, values: Sequence[Any], names: str
    ) -> None:
        """Write the rows of a query of another database into the passing
        table.
        """
        with (
            self.explain_errors(),
            source.explain_errors(),
            source.connection.cursor() as old,
            self.connection.cursor() as new,
            old.copy(f"COPY ({query}) TO STDOUT", values) as rows,
            new.copy(f"COPY {PASSING_TABLE} ({names}) FROM STDIN") as passing,
        ):
            for data in rows:
                passing.write(data)

    def marks(self, table: str, columns: Sequence[str]) -> list[str]:
        """Return the placeholders, with casts of values as sqlite has them."""
        types = self._types(table)
        return [CASTS.get(types.get(name, ""), "%s") for name in columns]


def list_other_connections(database: Database) -> list[str]:
    """List the other programs connected as the same user.

    Raises `DatabaseError`.
    """
    reader = PostgresReader(database)
    try:
        found = reader._fetch(OTHER_CONNECTIONS)
    finally:
        reader.close()
    return [f"{name or 'a program'} on {where}" for name, where in found]
