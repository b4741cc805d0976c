"""Connects to PostgreSQL through psycopg, and explains its errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from stackcfg.data.engines.hints import NOTHING_WRITTEN, find_hint
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import DEFAULT_PORT, Database

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

The user and the database can have others. They are no `options` of the connection, of which
PgBouncer takes a few only.
"""

SERVER_GONE: Final = (
    "the database server closed the connection; nothing was written, "
    "start again when it is back"
)
CHECK_SERVER: Final = "see whether the database server runs, and on this port"
DISK_FULL: Final = "the disk of the database server is full; nothing was written"
NULL_CHARACTER: Final = (
    "take this character out of it in the old database; nothing was written"
)
HINTS: Final = (
    (
        "password authentication failed",
        "see whether user and password are those of the server's environment",
    ),
    ("no password supplied", "see whether the variable with the password is set"),
    (
        'type "vector',
        "run CREATE EXTENSION vector in the new database; nothing was written",
    ),
    ("does not exist", "see whether the name is right"),
    ("could not obtain lock", "a server is writing to it: stop the server"),
    ("lock timeout", "another program holds it: stop the server, or wait"),
    ("terminating connection", SERVER_GONE),
    ("server closed the connection", SERVER_GONE),
    ("connection is lost", SERVER_GONE),
    ("connection refused", CHECK_SERVER),
    ("Connection refused", CHECK_SERVER),
    ("NUL (0x00)", NULL_CHARACTER),
    ('"UTF8": 0x00', NULL_CHARACTER),
    (
        "has no equivalent in encoding",
        "the database cannot keep this character: make it with ENCODING 'UTF8'; "
        "nothing was written",
    ),
    (
        'invalid byte sequence for encoding "UTF8"',
        "the database holds text in another encoding than UTF-8: convert this row, "
        "as its server reads it as UTF-8, too",
    ),
    ("timeout", "see whether the database server runs and lets you in"),
    (
        "does not support SSL",
        "the config demands TLS ('ssl_mode'), and the database server has none",
    ),
    (
        "no pg_hba.conf entry",
        "the database server does not let this user in from here, or only with TLS: "
        "see 'ssl_mode', and its pg_hba.conf",
    ),
    (
        "no schema has been selected",
        "the search_path of this user names no schema that exists: make it, or change it",
    ),
    (
        "read-only transaction",
        "this user, or this server, may only read: copy to the primary server",
    ),
    ("permission denied", "ask for the right to read and write these tables"),
    ("No space left", DISK_FULL),
    ("Check free disk space", DISK_FULL),
)
"""A part of the driver's message, and what to do."""

SERVER_ERRORS: Final = ("53", "55", "57", "58")
"""Classes of errors that no row is to blame for: resources, locks, a shutdown, a
fault of the system.
"""

CONTEXT: Final = " CONTEXT: "
DRIVER_HINT: Final = " HINT: "

STATEMENT: Final = re.compile(r" LINE \d+: .*\^$")
"""Matches the part of a message that shows the statement, which nobody wrote."""


def import_driver(database: Database) -> Any:
    """Return psycopg. Raises `DatabaseError` where it is not installed."""
    try:
        import psycopg
    except ImportError:
        reason = "psycopg is not installed"
        hint = "install it with: pip install 'stackcfg[postgres]'"
        raise DatabaseError(database.describe(), reason, hint) from None
    # it warns of what goes wrong after an error; the error is enough
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    return psycopg


def connect(database: Database, *, read_only: bool) -> psycopg.Connection[Any]:
    """Open a connection. Raises `DatabaseError`."""
    driver = import_driver(database)
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
    driver = import_driver(database)
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
