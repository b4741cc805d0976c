"""Opens databases by their engine."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from stackcfg.data.engines.protocol import DatabaseError, Reader, Writer
from stackcfg.data.locations import SQLITE, Database


def database_exists(database: Database) -> bool:
    """Whether a database can hold rows at all; of a server that is only known once it was asked.

    Raises `DatabaseError` where that cannot be told, or where there is something else than a file.
    """
    if database.engine != SQLITE:
        return True
    try:
        mode = os.stat(database.file).st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        hint = "see whether the path is right and you may enter its folders"
        raise DatabaseError(
            database.file, f"cannot be looked at ({error.strerror})", hint
        ) from None
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise DatabaseError(
            database.file, f"is {what} and no database", "see whether the path is right"
        )
    return True


def open_reader(database: Database) -> Reader:
    """A database, to be read. Raises `DatabaseError`."""
    if database.engine == SQLITE:
        from stackcfg.data.engines.sqlite import SqliteReader

        return SqliteReader(database.file)
    from stackcfg.data.engines.postgres import PostgresReader

    return PostgresReader(database)


def open_writer(database: Database, sources: Sequence[Database]) -> Writer:
    """A database, to be written; `sources` are those that rows will come from. Raises `DatabaseError`."""
    if database.engine == SQLITE:
        from stackcfg.data.engines.sqlite import SqliteWriter

        files = [
            each.file
            for each in sources
            if each.file and each != database and database_exists(each)
        ]
        return SqliteWriter(database.file, files)
    from stackcfg.data.engines.postgres import PostgresWriter

    return PostgresWriter(database)


class Readers:
    """The databases that are being read, each opened once."""

    def __init__(self) -> None:
        self._open: dict[Database, Reader] = {}

    def get(self, database: Database) -> Reader | None:
        """The reader of a database; None where there is no such file. Raises `DatabaseError`."""
        if database not in self._open:
            if not database_exists(database):
                return None
            self._open[database] = open_reader(database)
        return self._open[database]

    def close(self) -> None:
        """Let go of all of them."""
        for each in self._open.values():
            each.close()
        self._open.clear()
