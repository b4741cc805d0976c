"""Connects to PostgreSQL through psycopg, and explains its errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from stackcfg.data.engines.drivers import (
    NOTHING_WRITTEN,
    find_hint,
    import_driver,
    read_hints,
)
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import DEFAULT_PORT, POSTGRES, Database

if TYPE_CHECKING:
    import psycopg

SECONDS: Final = 10
"""How long to wait for a server or a lock."""

LIMITS: Final = """
SET LOCAL lock_timeout = '{}s';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0
"""
"""Limits of a transaction: locks are waited for so many seconds, and nothing else ends it.

The user and the database can have others. They are no `options` of the
connection, of which PgBouncer takes a few only.
"""

HINTS: Final = read_hints(POSTGRES)

SERVER_ERRORS: Final = ("53", "55", "57", "58")
"""Classes of errors that no row is to blame for: resources, locks, a
shutdown, a fault of the system.
"""

CONTEXT: Final = " CONTEXT: "
DRIVER_HINT: Final = " HINT: "

STATEMENT: Final = re.compile(r" LINE \d+: .*\^$")
"""Matches the part of a message that shows the statement, which nobody wrote."""


def driver_for(database: Database) -> Any:
    """Return psycopg. Raises `DatabaseError` where it is not installed."""
    driver = import_driver("psycopg", database)
    # it warns of what goes wrong after an error; the error is enough
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    return driver


def connect(database: Database, *, read_only: bool) -> psycopg.Connection[Any]:
    """Open a connection. Raises `DatabaseError`."""
    driver = driver_for(database)
    host, port, name = database.address
    login = database.login
    options = {
        "sslmode": login.ssl_mode,
        "sslrootcert": login.ca_cert_path,
        "password": login.password,
    }
    with explain_errors(database):
        connection: psycopg.Connection[Any] = driver.connect(
            host=host,
            port=port or DEFAULT_PORT,
            dbname=name,
            user=login.user,
            connect_timeout=SECONDS,
            application_name="stackcfg",
            # rows go from server to server as they come
            client_encoding="UTF8",
            options="-c timezone=UTC",
            **{key: value for key, value in options.items() if value},
        )
        # a writer takes the default of the user, which may be to read only
        if read_only:
            connection.read_only = True
            # all queries see the database as it is at the first one
            connection.isolation_level = driver.IsolationLevel.REPEATABLE_READ
        connection.execute(LIMITS.format(SECONDS))
    return connection


@contextmanager
def explain_errors(database: Database, row: str = "") -> Iterator[None]:
    """Turn errors of the driver into `DatabaseError`s without the password.

    `row` describes the row that is being written.
    """
    driver = driver_for(database)
    try:
        yield
    except driver.Error as error:
        reason = STATEMENT.sub("", " ".join(str(error).split()))
        if (error.sqlstate or "")[:2] in SERVER_ERRORS:
            reason = reason.partition(CONTEXT)[0]
        password = database.login.password
        if password:
            reason = reason.replace(password, "***")
        if row and isinstance(error, driver.DataError):
            reason = f"does not take {row}: {reason}"
        hint = find_hint(reason, HINTS)
        if hint != NOTHING_WRITTEN:
            reason = reason.partition(DRIVER_HINT)[0]
        raise DatabaseError(database.describe(), reason, hint) from None
