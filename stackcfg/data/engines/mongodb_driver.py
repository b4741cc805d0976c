"""Connects to MongoDB through PyMongo, and explains its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from stackcfg.data.engines.hints import find_hint
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import Database

MILLISECONDS: Final = 5_000
"""How long to wait for a server."""

DEFAULT_PORT: Final = 27017
CHECK_SERVER: Final = "see whether the MongoDB server runs, and on this port"
HINTS: Final = (
    ("Connection refused", CHECK_SERVER),
    ("not known", "see whether the host is right"),
    ("timed out", CHECK_SERVER),
    (
        "Authentication failed",
        "see whether user and password are those of the server's environment",
    ),
    ("requires authentication", "the config has no 'user' and 'password'"),
    ("not authorized", "ask for the right to read and write this database"),
    ("too large", "MongoDB takes no row of more than 16 MB"),
    ("not primary", "copy to the primary server"),
    ("connection closed", "see whether the server still runs, and run this again"),
    ("reset by peer", "see whether the server still runs, and run this again"),
    (
        "duplicate key",
        "two documents have this key, and ogx 1.0.0 and later refuse to start then: "
        "delete one of them",
    ),
    ("space", "the disk of the database server is full"),
)
"""A part of the driver's message, and what to do."""


def import_driver(database: Database) -> Any:
    """Return PyMongo. Raises `DatabaseError` where it is not installed."""
    try:
        import pymongo
        import pymongo.errors
    except ImportError:
        reason = "pymongo is not installed"
        hint = "install it with: pip install 'stackcfg[mongodb]'"
        raise DatabaseError(database.describe(), reason, hint) from None
    return pymongo


def connect(database: Database) -> Any:
    """Return a client. Raises `DatabaseError` where no server answers."""
    driver = import_driver(database)
    host, port, _ = database.address
    login = database.login
    with explain_errors(database):
        client = driver.MongoClient(
            login.url or host,
            int(port or DEFAULT_PORT),
            username=login.user or None,
            password=login.password or None,
            serverSelectionTimeoutMS=MILLISECONDS,
            connectTimeoutMS=MILLISECONDS,
            appname="stackcfg",
            tz_aware=True,
        )
        try:
            client.admin.command("ping")
        except BaseException:
            client.close()
            raise
    return client


@contextmanager
def explain_errors(database: Database, row: str = "") -> Iterator[None]:
    """Turn errors of the driver into `DatabaseError`s without the password.

    `row` describes the row that is being written.
    """
    driver = import_driver(database)
    try:
        yield
    except (driver.errors.PyMongoError, driver.errors.InvalidDocument) as error:
        reason = _shorten(str(error))
        for secret in _secrets_of(database):
            reason = reason.replace(secret, "***")
        if row and isinstance(error, driver.errors.DocumentTooLarge):
            reason = f"does not take {row}: {reason}"
        raise DatabaseError(
            database.describe(), reason, find_hint(reason, HINTS)
        ) from None


def _secrets_of(database: Database) -> list[str]:
    """Return the password, and what a URL has before its host."""
    login = database.login
    in_url = login.url.partition("://")[2].rpartition("@")[0]
    return [each for each in (login.password, in_url) if each]


def _shorten(message: str) -> str:
    """Return a message without what the driver adds about itself."""
    for mark in (", full error:", ", Timeout:", " (configured timeouts:"):
        message = message.partition(mark)[0]
    return " ".join(message.split())
