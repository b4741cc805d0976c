"""Opens databases by their engine."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import closing
from importlib import import_module
from typing import Any, Final

from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.engines.protocol import Comparison, DatabaseError
from stackcfg.data.locations import MONGODB, POSTGRES, REDIS, SQLITE, Database

EMPTY: Final = Database(SQLITE, (":memory:",))

_READERS: Final = {
    REDIS: "redis.RedisReader",
    MONGODB: "mongodb.MongoReader",
    POSTGRES: "postgres.PostgresReader",
}
_WRITERS: Final = {
    REDIS: "redis.RedisWriter",
    MONGODB: "mongodb.MongoWriter",
    POSTGRES: "postgres_writer.PostgresWriter",
}
"""What opens databases of servers; it is imported only where it is needed."""


def database_exists(database: Database) -> bool:
    """Return whether a database exists; assume so of a server.

    Raises `DatabaseError` where a path cannot be looked at or is no
    regular file.
    """
    if database.engine != SQLITE:
        return True
    try:
        mode = os.stat(database.file).st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        reason = f"cannot be looked at ({error.strerror})"
        hint = "see whether the path is right and you may enter its folders"
        raise DatabaseError(database.file, reason, hint) from None
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        reason = f"is {what} and no database"
        raise DatabaseError(database.file, reason, "see whether the path is right")
    return True


def open_reader(database: Database) -> Reader:
    """Open a database for reading. Raises `DatabaseError`."""
    if database.engine != SQLITE:
        reader: Reader = _load_class(_READERS[database.engine])(database)
        return reader
    from stackcfg.data.engines.sqlite import SqliteReader

    return SqliteReader(database.file)


def _load_class(name: str) -> Any:
    module, _, kind = name.partition(".")
    return getattr(import_module(f"{__package__}.{module}"), kind)


def open_writer(database: Database, sources: Sequence[Database]) -> Writer:
    """Open a database for writing. Raises `DatabaseError`.

    `sources` are the databases that rows will be copied from.
    """
    if database.engine != SQLITE:
        writer: Writer = _load_class(_WRITERS[database.engine])(database)
        return writer
    from stackcfg.data.engines.sqlite import SqliteWriter

    others = [each for each in sources if each.file and each != database]
    files = [each.file for each in others if database_exists(each)]
    return SqliteWriter(database.file, files)


def open_comparison(
    source: Reader, table: str, target: Reader, target_table: str
) -> Comparison | None:
    """Open two databases to compare tables within their engine, if it can.

    Raises `DatabaseError`.
    """
    if source.sql.engine != SQLITE or target.sql.engine != SQLITE:
        return None
    from stackcfg.data.engines.sqlite import SqliteReader
    from stackcfg.data.engines.sqlite_comparison import SqliteComparison

    assert isinstance(source, SqliteReader)
    assert isinstance(target, SqliteReader)
    if not source.can_compare(table, target, target_table):
        return None
    return SqliteComparison(source.path, target.path)


def list_other_connections(database: Database) -> list[str]:
    """List the other programs that use a database of a server.

    Raises `DatabaseError`.
    """
    if database.engine == SQLITE:
        return []
    with closing(open_reader(database)) as reader:
        return reader.other_connections()


class Readers:
    """The databases that are being read, each opened once."""

    def __init__(self) -> None:
        self._open: dict[Database, Reader] = {}

    def get(self, database: Database) -> Reader | None:
        """Return the reader of a database; None for a missing file.

        Raises `DatabaseError`.
        """
        if database not in self._open:
            if not database_exists(database):
                return None
            self._open[database] = open_reader(database)
        return self._open[database]

    def get_or_empty(self, database: Database) -> Reader:
        """Return the reader of a database; an empty one for a missing file."""
        found = self.get(database)
        if found is not None:
            return found
        # an empty database spares callers the question whether there is one
        if EMPTY not in self._open:
            self._open[EMPTY] = open_reader(EMPTY)
        return self._open[EMPTY]

    def close(self) -> None:
        """Close every database."""
        for each in self._open.values():
            each.close()
        self._open.clear()
