"""Connects to Redis through redis-py, and explains its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from stackcfg.data.engines.drivers import Hints, find_hint, import_driver, read_hints
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import REDIS, Database

SECONDS: Final = 10
"""How long to wait for a connection."""

ANSWER_SECONDS: Final = 120
DEFAULT_PORT: Final = 6379

HINTS: Final = read_hints(REDIS)

NO_ANSWER: Final = (
    "see whether the server runs, and without TLS: the KV stores of Llama Stack and "
    "OGX do not speak it to Redis"
)
FIRST_HINTS: Final = (
    ("closed by server", NO_ANSWER),
    ("reset by peer", NO_ANSWER),
    *HINTS,
)
"""The same, about a connection that was never answered."""


def connect(database: Database) -> Any:
    """Return a client. Raises `DatabaseError` where no server answers.

    The servers use database 0, since their URL names none (0.1.0 to ogx
    1.5.0).
    """
    driver = import_driver("redis", database)
    host, port, _ = database.address
    login = database.login
    with explain_errors(database, FIRST_HINTS):
        client = driver.Redis(
            host=host,
            port=int(port or DEFAULT_PORT),
            username=login.user or None,
            password=login.password or None,
            socket_connect_timeout=SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # an addition that is sent twice would count as present
            retry=driver.retry.Retry(driver.backoff.NoBackoff(), 0),
            client_name="stackcfg",
            # the words of its errors differ in the other one
            protocol=2,
        )
        client.ping()
    return client


@contextmanager
def explain_errors(database: Database, hints: Hints = HINTS) -> Iterator[None]:
    """Turn errors of the driver into `DatabaseError`s without the password."""
    driver = import_driver("redis", database)
    try:
        yield
    except driver.RedisError as error:
        reason = " ".join(str(error).split())
        password = database.login.password
        if password:
            reason = reason.replace(password, "***")
        raise DatabaseError(
            database.describe(), reason, find_hint(reason, hints)
        ) from None
