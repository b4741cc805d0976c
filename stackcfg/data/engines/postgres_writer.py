"""A PostgreSQL database as a writer (the extra `stackcfg[postgres]`).

It locks the tables that it writes against other writers until its
transaction ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Final

from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.engines.postgres import (
    JSON_TYPES,
    SQL,
    PostgresReader,
    name_table,
    query_of,
)
from stackcfg.data.engines.protocol import (
    KV_COLUMNS,
    Copied,
    DatabaseError,
    Pair,
    Progress,
)
from stackcfg.data.engines.statements import (
    UNLESS_PRESENT,
    Select,
    quote_name,
    quote_names,
)
from stackcfg.data.locations import Database

CASTS: Final = {
    "boolean": "%s::int::boolean",
    **{kind: f"%s::{kind}" for kind in JSON_TYPES},
}
"""Placeholders for values as sqlite stores them, by the type of the column."""

KEY_NAME: Final = """
SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'p'
"""
BEFORE_ROWS: Final = "before_rows"
PASSING_TABLE: Final = "stackcfg_passing"
ADVANCE: Final = "SELECT setval(pg_get_serial_sequence(%s, %s), max({})) FROM {}"

LINE: Final = re.compile(r"COPY .*?, line (\d+)")
"""Matches the number of the line that COPY did not take."""


class PostgresWriter(PostgresReader, Writer):
    """A PostgreSQL database, written in one transaction."""

    is_read_only = False

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._made: set[str] = set()

    def begin(self) -> None:
        """Begin the transaction: the driver did so as it connected."""

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
            # whoever asks makes it now
            self._made.add(table)
            return False
        name = name_table(table)
        # a server that is writing is reported at once, not waited for
        self._run(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE NOWAIT")
        return True

    def insert_selected(
        self, source: Reader, select: Select, table: str, done: Progress
    ) -> Copied:
        """Insert rows; those of another database by COPY."""
        if source is self and self.is_paced:
            with closing(PostgresReader(self.database)) as aside:
                return self.insert_selected(aside, select, table, done)
        name = name_table(table)
        if self._fetch(f"SELECT 1 FROM {name} LIMIT 1"):
            return self._insert_missing(source, select, table, done)
        if table in self._made:
            copied = self._fill_without_key(source, select, table, done)
            if copied is not None:
                return copied
        if source is self:
            return self._insert_missing(source, select, table, done)
        return self._receive(source, select, name, done)

    def _fill_without_key(
        self, source: Reader, select: Select, table: str, done: Progress
    ) -> Copied | None:
        """Insert rows into a new table, whose key is made after them.

        That takes half the time. None where the rows do not let the key
        be made; then nothing was inserted.
        """
        name, keys = name_table(table), quote_names(self.key_names(table))
        found = self._fetch(KEY_NAME, (name,))
        if not found:
            return None
        key = quote_name(found[0][0])
        self._run(f"SAVEPOINT {BEFORE_ROWS}")
        self._run(f"ALTER TABLE {name} DROP CONSTRAINT {key}")
        if source is self:
            names = quote_names(select.columns)
            statement = f"INSERT INTO {name} ({names}) {query_of(select)}"
            added = self._run(statement, select.all_values)
            copied = Copied(added, added)
            done(added)
        else:
            copied = self._receive(source, select, name, done)
        try:
            self._run(f"ALTER TABLE {name} ADD CONSTRAINT {key} PRIMARY KEY ({keys})")
        except DatabaseError:
            # two rows with one key, or a row without: with the key, the row is named
            self._run(f"ROLLBACK TO SAVEPOINT {BEFORE_ROWS}")
            return None
        return copied

    def _insert_missing(
        self, source: Reader, select: Select, table: str, done: Progress
    ) -> Copied:
        """Insert the rows with new keys, those of another database by
        way of a passing table: COPY fails at the first existing key.
        """
        names = quote_names(select.columns)
        if source is self:
            into = f"INSERT INTO {name_table(table)} ({names})"
            statement = f"{into} {query_of(select)} {UNLESS_PRESENT}"
            total = self.count_selected(select)
            count = self._run(statement, select.all_values)
            done(total)
            return Copied(total, count)
        with self._passing_table(table, names) as added:
            received = self._receive(source, select, PASSING_TABLE, done)
        return Copied(received.read, added[0])

    @contextmanager
    def _passing_table(self, table: str, names: str) -> Iterator[list[int]]:
        """Make a table for new rows of another, and pass those on at
        the end whose keys are new; the list then holds how many these
        were.
        """
        added: list[int] = []
        empty = SQL.select(table, names, "false")
        passing = f"TEMPORARY TABLE {PASSING_TABLE} ON COMMIT DROP"
        self._run(f"CREATE {passing} AS {empty}")
        yield added
        into = f"INSERT INTO {name_table(table)} ({names})"
        passed = f"SELECT {names} FROM {PASSING_TABLE}"
        added.append(self._run(f"{into} {passed} {UNLESS_PRESENT}"))
        self._run(f"DROP TABLE {PASSING_TABLE}")

    def insert_pairs(self, pairs: Iterable[Pair], table: str, done: Progress) -> Copied:
        """Add those of many KV rows whose keys are new."""
        names, read = quote_names(KV_COLUMNS), 0
        statement = f"COPY {PASSING_TABLE} ({names}) FROM STDIN"
        with (
            self._passing_table(table, names) as added,
            self.explain_errors(),
            self.connection.cursor() as cursor,
            cursor.copy(statement) as target,
        ):
            for pair in pairs:
                with self.explain_errors(f"the key '{pair[0]}' of table {table}"):
                    target.write_row(pair)
                read += 1
                done(1)
        return Copied(read, added[0])

    def _receive(
        self, source: Reader, select: Select, name: str, done: Progress
    ) -> Copied:
        """Write rows of another database into an empty table."""
        known = self._types(name)
        types = [known.get(each, "") for each in select.columns]
        options, data = source.copy_data(select, types)
        columns = quote_names(select.columns)
        statement = f"COPY {name} ({columns}) FROM STDIN ({options})"
        with (
            self._name_refused_row(source, select),
            self.explain_errors(),
            self.connection.cursor() as cursor,
            closing(data) as blocks,
        ):
            with cursor.copy(statement) as target:
                for block, count in blocks:
                    target.write(block)
                    done(count)
            return Copied(cursor.rowcount, cursor.rowcount)

    @contextmanager
    def _name_refused_row(self, source: Reader, select: Select) -> Iterator[None]:
        """Add to an error of COPY which of the rows it was about."""
        try:
            yield
        except DatabaseError as error:
            found = LINE.search(error.message)
            if found is None or error.database != self.database.describe():
                raise
            number = int(found[1])
            with closing(source.stored_values(select)) as rows:
                row = islice(rows, number - 1, number)
                first = next((values[0] for values in row), "")
            what = f"does not take the row '{first}' of table {select.table}: "
            raise DatabaseError(
                error.database, what + error.reason, error.hint
            ) from None

    def advance_counters(self, table: str) -> None:
        """Let columns that number new rows go on behind the highest number."""
        for column in self.columns(table):
            if column.counts:
                name = name_table(table)
                statement = ADVANCE.format(quote_name(column.name), name)
                self._run(statement, (name, column.name))

    def marks(self, table: str, columns: Sequence[str]) -> list[str]:
        """Return the placeholders, with casts of values as sqlite has them."""
        types = self._types(table)
        return [CASTS.get(types.get(name, ""), "%s") for name in columns]
