"""Opens databases by their engine."""

from __future__ import annotations

import os
from collections.abc import Sequence

from stackcfg.data.database import Reader, Writer
from stackcfg.data.places import SQLITE, Database


def is_there(database: Database) -> bool:
    """Whether a database can hold rows at all; of a server that is only known once it was asked."""
    return database.engine != SQLITE or os.path.isfile(database.file)


def reader_of(database: Database) -> Reader:
    """A database, to be read. Raises `DatabaseError`."""
    if database.engine == SQLITE:
        from stackcfg.data.sqlite import SqliteReader

        return SqliteReader(database.file)
    from stackcfg.data.postgres import PostgresReader

    return PostgresReader(database)


def writer_of(database: Database, sources: Sequence[Database]) -> Writer:
    """A database, to be written; `sources` are those that rows will come from. Raises `DatabaseError`."""
    if database.engine == SQLITE:
        from stackcfg.data.sqlite import SqliteWriter

        files = [each.file for each in sources if each.file and each != database and is_there(each)]
        return SqliteWriter(database.file, files)
    from stackcfg.data.postgres import PostgresWriter

    return PostgresWriter(database)


class Readers:
    """The databases that are being read, each opened once."""

    def __init__(self) -> None:
        self._open: dict[Database, Reader] = {}

    def of(self, database: Database) -> Reader | None:
        """The reader of a database; None where there is no such file. Raises `DatabaseError`."""
        if database not in self._open:
            if not is_there(database):
                return None
            self._open[database] = reader_of(database)
        return self._open[database]

    def close(self) -> None:
        """Let go of all of them."""
        for each in self._open.values():
            each.close()
        self._open.clear()
