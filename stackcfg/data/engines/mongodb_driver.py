"""Connects to MongoDB through PyMongo, and explains its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from stackcfg.data.engines.drivers import find_hint, import_driver, read_hints
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import MONGODB, Database

MILLISECONDS: Final = 5_000
"""How long to wait for a server."""

DEFAULT_PORT: Final = 27017
HINTS: Final = read_hints(MONGODB)


def driver_for(database: Database) -> Any:
    """Return PyMongo. Raises `DatabaseError` where it is not installed."""
    driver = import_driver("pymongo", database)
    import_driver("pymongo.errors", database)
    return driver


def connect(database: Database) -> Any:
    """Return a client. Raises `DatabaseError` where no server answers."""
    driver = driver_for(database)
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
    driver = driver_for(database)
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
