"""The sides of a copy: the KV and SQL stores of one config, on files or on servers, to fill, to empty and to compare."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from tests.support.postgres import PASSWORD, USER, Server
from tests.support.redis import RedisServer

RELEASES: Final = ("--from", "0.7.3", "--target", "0.7.3")
FORMS: Final = (
    ("sqlite", "sqlite"),
    ("sqlite", "postgres"),
    ("postgres", "postgres"),
    ("postgres", "sqlite"),
    ("sqlite", "redis"),
    ("redis", "sqlite"),
)
"""The pairs of engines that are copied; SQL stores beside Redis are in files."""

CONFIG: Final = """\
version: 2
image_name: demo
providers: {}
storage:
  backends:
    kv_default: {type: KV}
    sql_default: {type: SQL}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
server: {port: 1}
"""
"""Nobody listens on this port: a server of somebody else, on the usual one, would stop each copy."""

Tables = dict[str, list[tuple[Any, ...]]]


class Side(Protocol):
    """The stores of one config."""

    kv: str
    sql: str

    def empty(self) -> None:
        """Delete everything."""

    def contents(self) -> Tables:
        """Return every row of every table, sorted, and the records of copies."""

    def state(self) -> Any:
        """Return what no copy from here may change."""

    def is_begun(self) -> bool:
        """Return whether a copy has left anything here."""

    def execute(self, family: str, statement: str, *values: Any) -> list[Any]:
        """Run a statement with `?` for values on a database; return the rows."""


@dataclass(frozen=True)
class Files:
    """Two sqlite files."""

    folder: Path
    name: str

    @property
    def kv(self) -> str:
        return f"kv_sqlite, db_path: {self.name}.kv.db"

    @property
    def sql(self) -> str:
        return f"sql_sqlite, db_path: {self.name}.sql.db"

    def empty(self) -> None:
        for path in self.folder.glob(f"{self.name}.*"):
            path.unlink()

    def contents(self) -> Tables:
        found: Tables = {}
        for path in sorted(self.folder.glob(f"{self.name}.*.db")):
            with closing(sqlite3.connect(path)) as connection:
                query = "SELECT name FROM sqlite_master WHERE type = 'table'"
                for (table,) in connection.execute(query).fetchall():
                    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
                    found[f"{path.name} {table}"] = sorted(rows, key=repr)
        return found

    def state(self) -> Any:
        paths = self.folder.glob(f"{self.name}.*")
        return {path.name: path.read_bytes() for path in paths}

    def is_begun(self) -> bool:
        return any(self.folder.glob(f"{self.name}.*"))

    def connect(self, family: str) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / f"{self.name}.{family}.db")

    def execute(self, family: str, statement: str, *values: Any) -> list[Any]:
        with closing(self.connect(family)) as connection:
            found = connection.execute(statement, values).fetchall()
            connection.commit()
        return found


@dataclass(frozen=True)
class Postgres:
    """A database of a server."""

    running: Server
    database: str

    def _address(self, family: str) -> str:
        return (
            f"{family}_postgres, host: 127.0.0.1, port: {self.running.port}, "
            f"user: {USER}, password: {PASSWORD}, db: {self.database}"
        )

    @property
    def kv(self) -> str:
        return self._address("kv")

    @property
    def sql(self) -> str:
        return self._address("sql")

    def empty(self) -> None:
        self.running.create(self.database)

    def contents(self) -> Tables:
        found: Tables = {}
        with self.running.connect(self.database) as connection:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            for (table,) in connection.execute(query).fetchall():
                # a column of JSON as it is written
                rows = connection.execute(f"SELECT t::text, t.* FROM {table} t")
                found[table] = sorted(rows.fetchall(), key=repr)
        return found

    def state(self) -> Any:
        return self.contents()

    def is_begun(self) -> bool:
        return bool(self.contents())

    def execute(self, family: str, statement: str, *values: Any) -> list[Any]:  # noqa: ARG002
        with self.running.connect(self.database) as connection:
            done = connection.execute(statement.replace("?", "%s"), values)
            return done.fetchall() if done.description else []


@dataclass(frozen=True)
class Redis:
    """All of a server, and a file for SQL stores."""

    running: RedisServer
    files: Files

    @property
    def kv(self) -> str:
        return f"kv_redis, host: 127.0.0.1, port: {self.running.port}"

    @property
    def sql(self) -> str:
        return self.files.sql

    def empty(self) -> None:
        self.files.empty()
        self.running.empty()

    def contents(self) -> Tables:
        with self.running.connect() as client:
            keys = sorted(client.scan_iter(count=5000))
            line = client.pipeline(transaction=False)
            for key in keys:
                line.dump(key).pexpiretime(key)
            answers = line.execute()
        rows = [*zip(keys, answers[::2], answers[1::2], strict=True)]
        return {**self.files.contents(), "redis": rows}

    def state(self) -> Any:
        return [self.contents()["redis"], self.files.state()]

    def is_begun(self) -> bool:
        with self.running.connect() as client:
            return self.files.is_begun() or bool(client.dbsize())

    def execute(self, family: str, statement: str, *values: Any) -> list[Any]:
        assert family == "sql"
        return self.files.execute(family, statement, *values)


def write_config(path: Path, side: Side) -> None:
    """Write the config of a side."""
    path.write_text(CONFIG.replace("KV", side.kv).replace("SQL", side.sql))


def write_configs(folder: Path, old: Side, new: Side) -> None:
    """Write both configs."""
    write_config(folder / "old.yaml", old)
    write_config(folder / "new.yaml", new)


def fill(files: Files, keys: Sequence[tuple[Any, ...]], rows: Sequence[Any]) -> None:
    """Fill files as a server of 0.7.3 does: KV rows, completions, and the items of a conversation."""
    with closing(files.connect("kv")) as connection:
        connection.execute(
            "CREATE TABLE kvstore (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
        )
        connection.executemany("INSERT INTO kvstore VALUES (?, ?, ?)", keys)
        connection.commit()
    with closing(files.connect("sql")) as connection:
        connection.execute(
            "CREATE TABLE completions (id VARCHAR NOT NULL, created INTEGER, model VARCHAR, choices JSON, "
            "done BOOLEAN, at DATETIME, score FLOAT, note TEXT, raw BLOB, owner_principal VARCHAR, "
            "access_attributes JSON, PRIMARY KEY (id))"
        )
        marks = ", ".join("?" * 11)
        connection.executemany(f"INSERT INTO completions VALUES ({marks})", rows)
        connection.execute(
            "CREATE TABLE openai_conversations (id VARCHAR PRIMARY KEY, owner_principal VARCHAR)"
        )
        connection.execute("INSERT INTO openai_conversations VALUES ('c', '')")
        connection.execute(
            "CREATE TABLE conversation_items (number INTEGER PRIMARY KEY, text VARCHAR)"
        )
        connection.executemany(
            "INSERT INTO conversation_items VALUES (?, ?)",
            [(7, "seven"), (40, "forty")],
        )
        connection.commit()
