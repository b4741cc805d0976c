"""KV stores in every engine, by one set of functions: the config, and the rows as a mapping.

A row is its key with (value, time in milliseconds or None). Keys are as the database has them, prefix included.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from tests.support.mongodb import COLLECTION, DATABASE, MongoServer
from tests.support.postgres import PASSWORD, USER, Server
from tests.support.redis import RedisServer

Rows = Mapping[str, tuple[str, int | None]]
TABLE = "llamastack_kvstore"

FAISS_HEAD = """\
version: 2
image_name: demo
apis: [inference, vector_io]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {url: http://localhost:8000/v1}
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
"""
"""The beginning of a config with one KV store of a provider, up to its config."""

OLD_CONFIG = (
    FAISS_HEAD
    + """\
    config: {kvstore: {type: ENGINE, ADDRESS}}
metadata_store: {type: ENGINE, ADDRESS}
inference_store: {type: sqlite, db_path: inference.db}
"""
)
"""A config of 0.2 whose KV stores are on ENGINE at ADDRESS."""


class KvStore(Protocol):
    """A KV store of one engine."""

    engine: str
    config: str

    def empty(self) -> None:
        """Delete everything."""

    def write(self, rows: Rows) -> None:
        """Write rows as a server does."""

    def read(self) -> dict[str, tuple[str, int | None]]:
        """Return all rows."""

    def delete(self, key: str) -> None:
        """Delete a row."""


def time_of(milliseconds: int | None) -> datetime | None:
    """Return a time."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds_of(time: Any) -> int | None:
    """Return a time, given as one or as a string, in milliseconds."""
    if time is None:
        return None
    if isinstance(time, str):
        time = datetime.fromisoformat(time)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return round(time.timestamp() * 1000)


class SqliteStore:
    """A file."""

    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = f"kv_sqlite, db_path: {path}"

    def empty(self) -> None:
        self.path.unlink(missing_ok=True)

    def write(self, rows: Rows) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS kvstore (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
            )
            times = {key: time_of(ends) for key, (_, ends) in rows.items()}
            connection.executemany(
                "INSERT OR REPLACE INTO kvstore VALUES (?, ?, ?)",
                [
                    (key, value, times[key] and times[key].isoformat())
                    for key, (value, _) in rows.items()
                ],
            )
            connection.commit()

    def read(self) -> dict[str, tuple[str, int | None]]:
        if not self.path.exists():
            return {}
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("SELECT * FROM kvstore").fetchall()
        return {key: (value, milliseconds_of(ends)) for key, value, ends in found}

    def delete(self, key: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("DELETE FROM kvstore WHERE key = ?", (key,))
            connection.commit()


class PostgresStore:
    """A database of a PostgreSQL server."""

    engine = "postgres"

    def __init__(self, running: Server, database: str) -> None:
        self.running, self.database = running, database
        self.config = (
            f"kv_postgres, host: 127.0.0.1, port: {running.port}, user: {USER}, "
            f"password: {PASSWORD}, db: {database}, table_name: {TABLE}"
        )

    def empty(self) -> None:
        self.running.create(self.database)

    def write(self, rows: Rows) -> None:
        with self.running.connect(self.database) as connection:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {TABLE} (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMPTZ)"
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO {TABLE} VALUES (%s, %s, %s) "
                    "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                    [
                        (key, value, time_of(ends))
                        for key, (value, ends) in rows.items()
                    ],
                )

    def read(self) -> dict[str, tuple[str, int | None]]:
        with self.running.connect(self.database) as connection:
            [(exists,)] = connection.execute("SELECT to_regclass(%s)", (TABLE,))
            if exists is None:
                return {}
            found = connection.execute(f"SELECT * FROM {TABLE}").fetchall()
        return {key: (value, milliseconds_of(ends)) for key, value, ends in found}

    def delete(self, key: str) -> None:
        with self.running.connect(self.database) as connection:
            connection.execute(f"DELETE FROM {TABLE} WHERE key = %s", (key,))


class RedisStore:
    """A Redis server, all of it."""

    engine = "redis"

    def __init__(self, running: RedisServer) -> None:
        self.running = running
        self.config = f"kv_redis, host: 127.0.0.1, port: {running.port}"

    def empty(self) -> None:
        with self.running.connect() as client:
            client.flushall()

    def write(self, rows: Rows) -> None:
        with self.running.connect() as client:
            line = client.pipeline(transaction=False)
            for key, (value, ends) in rows.items():
                line.set(key, value, pxat=ends)
            line.execute()

    def read(self) -> dict[str, tuple[str, int | None]]:
        with self.running.connect() as client:
            keys = [
                key
                for key in client.scan_iter(count=5000)
                if not key.startswith("stackcfg")
            ]
            line = client.pipeline(transaction=False)
            for key in keys:
                line.get(key).pexpiretime(key)
            answers = line.execute()
        times = [None if ends < 0 else ends for ends in answers[1::2]]
        return dict(zip(keys, zip(answers[::2], times, strict=True), strict=True))

    def delete(self, key: str) -> None:
        with self.running.connect() as client:
            assert client.delete(key) == 1


class MongoStore:
    """A database of a MongoDB server."""

    engine = "mongodb"

    def __init__(self, running: MongoServer) -> None:
        self.running = running
        self.config = (
            f"kv_mongodb, host: 127.0.0.1, port: {running.port}, db: {DATABASE}, "
            f"collection_name: {COLLECTION}"
        )

    def empty(self) -> None:
        with self.running.connect() as client:
            client.drop_database(DATABASE)

    def write(self, rows: Rows) -> None:
        documents = [
            {"key": key, "value": value, "expiration": time_of(ends)}
            for key, (value, ends) in rows.items()
        ]
        with self.running.connect() as client:
            collection = client[DATABASE][COLLECTION]
            known = {each["key"] for each in collection.find({}, {"key": 1})}
            # the servers make no index before 1.0.0: each update reads all rows
            new = [each for each in documents if each["key"] not in known]
            if new:
                collection.insert_many(new)
            for each in documents:
                if each["key"] in known:
                    collection.update_one({"key": each["key"]}, {"$set": each})

    def read(self) -> dict[str, tuple[str, int | None]]:
        with self.running.connect() as client:
            found = [*client[DATABASE][COLLECTION].find()]
        return {
            each["key"]: (each["value"], milliseconds_of(each["expiration"]))
            for each in found
        }

    def delete(self, key: str) -> None:
        with self.running.connect() as client:
            client[DATABASE][COLLECTION].delete_one({"key": key})
