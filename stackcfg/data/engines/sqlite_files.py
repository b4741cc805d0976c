"""What sqlite leaves to others: files beside a database, errors in
words, progress.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from stackcfg.data.engines.drivers import read_hints
from stackcfg.data.engines.protocol import Copied, DatabaseError, Progress
from stackcfg.data.locations import SQLITE
from stackcfg.system.files import read_head

JOURNAL: Final = bytes.fromhex("d9d505f920a163d7")
"""The first bytes of a rollback journal that is still needed."""

PAGE: Final = 500
"""Rows between two reports of progress."""

STEPS: Final = 200_000
"""Instructions of sqlite between two looks at the size of the file."""

EXPLAINED: Final = read_hints(SQLITE)
"""A word of sqlite's message, what the message means, what to do."""


NOT_UTF_8: Final = "Could not decode to UTF-8"


class ErrorExplainer:
    """Turns errors of sqlite into `DatabaseError`s that say what to do.

    Not by `contextlib`, which takes five times as long: each row is
    read within one.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: object, _traceback: object) -> None:
        if isinstance(error, UnicodeDecodeError) or NOT_UTF_8 in str(error):
            # the message of sqlite has the text in it
            raise DatabaseError(self.path, "holds text that is not UTF-8") from None
        if isinstance(error, sqlite3.Error):
            raise DatabaseError(self.path, *_explain(str(error))) from None


def _explain(message: str) -> tuple[str, str]:
    for word, reason, hint in EXPLAINED:
        if word in message:
            return f"{reason} ({message})", hint
    return message, "nothing was written"


def is_interrupted(path: str) -> bool:
    """Return whether a write was interrupted and not rolled back yet."""
    return read_head(f"{path}-journal", len(JOURNAL)) == JOURNAL


def roll_back_journal(path: str) -> None:
    """Let sqlite roll back an interrupted write. Raises `DatabaseError`."""
    if not is_interrupted(path):
        return
    with ErrorExplainer(path), closing(sqlite3.connect(path)) as connection:
        # the first read of a file rolls its journal back
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close a connection when its preparation fails."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def new_log_indexes(paths: Sequence[str]) -> list[str]:
    """Return the files that reading write-ahead logs will leave behind."""
    return [
        f"{path}-shm"
        for path in paths
        if os.path.exists(f"{path}-wal") and not os.path.exists(f"{path}-shm")
    ]


def read_only_uri(path: str) -> str:
    """Return the address by which sqlite reads and leaves nothing behind."""
    log = f"{path}-wal"
    uri = f"file:{quote(path)}?mode=ro"
    # a log with content holds the newest rows; without one the file can be
    # immutable
    if os.path.exists(log) and os.path.getsize(log) > 0:
        return uri
    return f"{uri}&immutable=1"


def file_size(path: str) -> int:
    """Return the size of a file in bytes; 0 where there is none."""
    return os.path.getsize(path) if os.path.exists(path) else 0


def insert_row_by_row(
    connection: sqlite3.Connection,
    statement: str,
    rows: Iterable[Any],
    done: Progress,
) -> Copied:
    """Insert rows of another connection."""
    counted = 0

    def count_rows() -> Iterator[Any]:
        nonlocal counted
        for row in rows:
            counted += 1
            if counted % PAGE == 0:
                done(PAGE)
            yield row

    added = connection.executemany(statement, count_rows()).rowcount
    done(counted % PAGE)
    return Copied(counted, added)


@dataclass(frozen=True, slots=True)
class Growth:
    """How far a copy is, by how `path` grows while `source` is read."""

    path: str
    source: str
    total: int


def insert_selected(
    connection: sqlite3.Connection,
    statement: str,
    values: Sequence[Any],
    growth: Growth,
    done: Progress,
) -> Copied:
    """Run `INSERT … SELECT …`."""
    size_before = file_size(growth.path)
    expected = max(1, file_size(growth.source))
    reported = 0

    def report_growth() -> int:
        nonlocal reported
        grown = file_size(growth.path) - size_before
        rows = int(growth.total * min(1.0, grown / expected))
        if rows > reported:
            done(rows - reported)
            reported = rows
        return 0

    connection.set_progress_handler(report_growth, STEPS)
    try:
        added = connection.execute(statement, values).rowcount
    finally:
        connection.set_progress_handler(None, 0)
    done(growth.total - reported)
    return Copied(growth.total, added)
