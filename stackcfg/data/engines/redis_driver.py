"""Connects to Redis through redis-py, and explains its errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from stackcfg.data.engines.hints import find_hint
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import Database

Hints = Sequence[tuple[str, str]]

SECONDS: Final = 10
"""How long to wait for a connection."""

ANSWER_SECONDS: Final = 120
DEFAULT_PORT: Final = 6379

IN_HOST: Final = "a Redis backend has it in its host: 'USER:PASSWORD@HOST'"
HINTS: Final = (
    ("Connection refused", "see whether the Redis server runs, and on this port"),
    ("not known", "see whether the host is right"),
    ("timed out", "see whether the Redis server runs and lets you in"),
    ("Timeout", "see whether the Redis server runs and lets you in"),
    ("Authentication required", f"the server demands a password; {IN_HOST}"),
    ("invalid username-password", f"see whether the password is right; {IN_HOST}"),
    ("without any password configured", "take the password out of the host"),
    ("no permissions", "ask for the right to read and write these keys"),
    ("read only replica", "copy to the primary server"),
    ("maxmemory", "the server has no memory left: raise its 'maxmemory'"),
    ("MISCONF", "the server cannot save to its disk: see its log"),
    ("loading the dataset", "the server is starting: run this again"),
    ("closed by server", "see whether the server still runs, and run this again"),
    ("reset by peer", "see whether the server still runs, and run this again"),
)
"""A part of the driver's message, and what to do."""

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


def import_driver(database: Database) -> Any:
    """Return redis-py. Raises `DatabaseError` where it is not installed."""
    try:
        import redis
    except ImportError:
        reason = "redis is not installed"
        hint = "install it with: pip install 'stackcfg[redis]'"
        raise DatabaseError(database.describe(), reason, hint) from None
    return redis


def connect(database: Database) -> Any:
    """Return a client. Raises `DatabaseError` where no server answers.

    The servers use database 0, since their URL names none (0.1.0 to ogx 1.5.0).
    """
    driver = import_driver(database)
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
    driver = import_driver(database)
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
