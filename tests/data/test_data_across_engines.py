"""Rows from sqlite files to PostgreSQL and back: every type and every odd value comes through, the tables are those of
the servers, and what does not fit is named.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.copy_sides import CONFIG, RELEASES
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, Server, server

FILES = {
    "kv": "kv_sqlite, db_path: {}.kv.db",
    "sql": "sql_sqlite, db_path: {}.sql.db",
}
SERVERS = {
    family: f"{family}_postgres, host: 127.0.0.1, port: '${{env.PGPORT}}', user: llama, "
    "password: '${env.PGPASSWORD}', db: {}"
    for family in ("kv", "sql")
}

TEXTS = [
    "",
    "NULL",
    "\\N",
    "a\tb\nc\rd\\e\\\\f",
    "ärger 字 \U0001f600",
    "\\.",
    "'\"%s ${env.X}",
    "x" * 100_000,
    "\v\x01\x7f",
]
TABLE = """CREATE TABLE completions (id VARCHAR NOT NULL, created INTEGER, model VARCHAR, choices JSON, done BOOLEAN,
           at DATETIME, score FLOAT, note TEXT, raw BLOB, owner_principal VARCHAR, access_attributes JSON, PRIMARY KEY (id))"""
COUNTED = "CREATE TABLE conversation_items (number INTEGER PRIMARY KEY, text VARCHAR)"
CONVERSATIONS = "CREATE TABLE openai_conversations (id VARCHAR PRIMARY KEY, owner_principal VARCHAR)"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        yield found


def write_configs(folder: Path, old: str, new: str) -> None:
    """Write both configs; a side is a name, of files, or of a database after `db:`."""
    for name, side in (("old.yaml", old), ("new.yaml", new)):
        kind, _, word = side.rpartition(":")
        words = SERVERS if kind else FILES
        text = CONFIG.replace("KV", words["kv"].replace("{}", word))
        text = text.replace("SQL", words["sql"].replace("{}", word))
        (folder / name).write_text(text)


def fill_files(folder: Path, name: str) -> None:
    with closing(sqlite3.connect(folder / f"{name}.kv.db")) as connection:
        connection.execute(
            "CREATE TABLE kvstore (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
        )
        rows = [
            (f"prompts:v1:p{number}:{text[:20]}", text, None)
            for number, text in enumerate(TEXTS)
        ]
        rows.append(("prompts:v1:late:1", "{}", "2031-02-03 04:05:06+00:00"))
        rows.append(("prompts:v1:none:1", None, None))
        connection.executemany("INSERT INTO kvstore VALUES (?, ?, ?)", rows)
        connection.commit()
    with closing(sqlite3.connect(folder / f"{name}.sql.db")) as connection:
        connection.execute(TABLE)
        connection.executemany(
            f"INSERT INTO completions VALUES ({','.join('?' * 11)})",
            [*completions()],
        )
        connection.execute(COUNTED)
        connection.execute(CONVERSATIONS)
        connection.execute("INSERT INTO openai_conversations VALUES ('c', '')")
        connection.executemany(
            "INSERT INTO conversation_items VALUES (?, ?)",
            [(7, "seven"), (40, "forty")],
        )
        connection.commit()


def completions() -> Iterator[tuple[Any, ...]]:
    for number, text in enumerate(TEXTS):
        value = json.dumps({"text": text, "n": [1, 2.5, None, True]})
        yield (
            *(f"id{number}:%{text[:9]}", number, text, value, number % 2),
            *(
                "2025-01-02 03:04:05.500000",
                0.1 + number,
                text,
                b"\0\xff\\",
                "",
                "null",
            ),
        )
    yield (*("empty", *[None] * 8), "", None)
    yield ("big", 1 << 40, "m", "5", 1, None, -1e300, None, b"", "alice", "{}")


def run(action: str, folder: Path, running: Server, *more: str) -> Any:
    variables = {"PGPORT": str(running.port), "PGPASSWORD": PASSWORD}
    return run_here(
        *("data", action, "old.yaml", "new.yaml", *RELEASES, *more),
        cwd=folder,
        HOME=str(folder),
        **variables,
    )


def rows_of_file(path: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def test_rows_go_to_postgres_and_back(running, tmp_path):
    running.create("there")
    fill_files(tmp_path, "first")
    write_configs(tmp_path, "first", "db:there")
    done = run("copy", tmp_path, running)
    assert done.code == 0, done.out + done.err
    done = run("verify", tmp_path, running)
    assert done.code == 0, done.out + done.err
    with running.connect("there") as connection:
        types = connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_name = 'completions' ORDER BY ordinal_position"
        ).fetchall()
        assert dict(types) == {
            "id": "character varying",
            "created": "bigint",
            "model": "character varying",
            "choices": "json",
            "done": "boolean",
            "at": "timestamp without time zone",
            "score": "double precision",
            "note": "text",
            "raw": "bytea",
            "owner_principal": "character varying",
            "access_attributes": "json",
        }
        # a server that adds an item gets the next number
        [(number,)] = connection.execute(
            "INSERT INTO conversation_items (text) VALUES ('next') RETURNING number"
        )
        assert number == 41
        connection.execute("DELETE FROM conversation_items WHERE number = 41")
    write_configs(tmp_path, "db:there", "second")
    done = run("copy", tmp_path, running)
    assert done.code == 0, done.out + done.err
    assert run("verify", tmp_path, running).code == 0
    for file, table in (
        ("kv.db", "kvstore"),
        ("sql.db", "completions"),
        ("sql.db", "conversation_items"),
    ):
        first = rows_of_file(tmp_path / f"first.{file}", table)
        second = rows_of_file(tmp_path / f"second.{file}", table)
        if table == "kvstore":
            # the registry's namespace is part of the key in PostgreSQL only
            first, second = ([each[:2] for each in rows] for rows in (first, second))
        assert first == second


def all_rows(running: Server, database: str) -> dict[str, list[str]]:
    """The rows of each table as text, but for those that differ by nature."""
    with running.connect(database) as connection:
        return {
            table: [
                row
                for (row,) in connection.execute(
                    f"SELECT t::text FROM {table} AS t ORDER BY 1"
                )
            ]
            for table in ("llamastack_kvstore", "completions", "conversation_items")
        }


@pytest.mark.parametrize("change", ["", "created TYPE INTEGER", "note TYPE VARCHAR(9)"])
def test_rows_go_from_a_database_to_another(running, tmp_path, change):
    """Types of both that are the same go in the binary format of COPY, others as text."""
    for name in ("there", "further"):
        running.create(name)
    fill_files(tmp_path, "first")
    write_configs(tmp_path, "first", "db:there")
    assert run("copy", tmp_path, running).code == 0
    with running.connect("there") as old, running.connect("further") as new:
        if change:
            # a table that a server has made, with types of its own
            made = TABLE.replace("DATETIME", "TIMESTAMP").replace("BLOB", "BYTEA")
            new.execute(made.replace("INTEGER", "BIGINT"))
            new.execute(f"ALTER TABLE completions ALTER {change}")
            old.execute("DELETE FROM completions WHERE created > 1 << 30")
            old.execute("UPDATE completions SET note = left(note, 9)")
    write_configs(tmp_path, "db:there", "db:further")
    done = run("copy", tmp_path, running)
    assert done.code == 0, done.out + done.err
    assert run("verify", tmp_path, running).code == 0
    found = all_rows(running, "further")
    assert found == all_rows(running, "there")
    assert len(found["completions"]) >= len(TEXTS)


@pytest.mark.parametrize("way", ["first db:narrow", "db:narrow second"])
def test_databases_may_have_another_encoding(running, tmp_path, way):
    """The rows go as UTF-8 whatever the encoding of the database is."""
    with running.connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS narrow")
        connection.execute(
            "CREATE DATABASE narrow ENCODING 'WIN1252' LOCALE 'C' TEMPLATE template0"
        )
    for name in ("first", "second"):
        with closing(sqlite3.connect(tmp_path / f"{name}.kv.db")) as file:
            file.execute(
                "CREATE TABLE kvstore (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
            )
            if name == "first":
                file.execute(
                    "INSERT INTO kvstore VALUES ('prompts:v1:é:1', 'ärger', NULL)"
                )
            file.commit()
    write_configs(tmp_path, "first", "db:narrow")
    assert run("copy", tmp_path, running).code == 0
    assert run("verify", tmp_path, running).code == 0
    with running.connect("narrow") as connection:
        connection.execute("SET client_encoding TO 'UTF8'")
        found = connection.execute("SELECT value FROM llamastack_kvstore").fetchall()
        assert found == [("ärger",)]
    if way.startswith("db:"):
        write_configs(tmp_path, *way.split())
        assert run("copy", tmp_path, running).code == 0
        [(key, value, _)] = rows_of_file(tmp_path / "second.kv.db", "kvstore")
        assert (key, value) == ("prompts:v1:é:1", "ärger")


def test_rows_that_are_there_are_kept_and_the_others_added(running, tmp_path):
    running.create("half")
    fill_files(tmp_path, "first")
    write_configs(tmp_path, "first", "db:half")
    assert run("copy", tmp_path, running).code == 0
    with running.connect("half") as connection:
        connection.execute("DELETE FROM completions WHERE id LIKE 'id%'")
        connection.execute("UPDATE completions SET model = 'x' WHERE id = 'big'")
    done = run("verify", tmp_path, running)
    assert done.code == 1
    assert "rows missing: 9, different: 1" in done.out
    done = run("copy", tmp_path, running, "--again")
    assert done.code == 3
    assert "1 of 'inference' exist with other content, which was kept: big" in done.out
    assert "rows copied: 9" in done.out


def test_the_row_that_postgres_does_not_take_is_named(running, tmp_path):
    running.create("strict")
    fill_files(tmp_path, "first")
    with closing(sqlite3.connect(tmp_path / "first.sql.db")) as connection:
        connection.execute("UPDATE completions SET choices = '{no' WHERE id = 'empty'")
        connection.commit()
    write_configs(tmp_path, "first", "db:strict")
    done = run("copy", tmp_path, running)
    assert done.code == 2
    assert "does not take the row 'empty' of table completions: " in done.err
    assert done.err.count("\n") == 1
    with running.connect("strict") as connection:
        found = connection.execute("SELECT to_regclass('completions')").fetchall()
    assert found == [(None,)]


@pytest.mark.parametrize(
    ("release", "kind"), [("0.7.3", "timestamp without"), ("1.5.0", "timestamp with")]
)
def test_expirations_have_the_type_of_the_release(running, tmp_path, release, kind):
    """asyncpg, by which ogx 1.0.0 and later write, refuses a time with a zone in a column without one."""
    running.create("times")
    fill_files(tmp_path, "first")
    write_configs(tmp_path, "first", "db:times")
    if release == "1.5.0":
        text = (tmp_path / "new.yaml").read_text()
        prompts = "{backend: sql_default, table_name: prompts}"
        text = text.replace("{backend: kv_default, namespace: prompts}", prompts)
        (tmp_path / "new.yaml").write_text(f"{text}server: {{insecure: true}}\n")
        with closing(sqlite3.connect(tmp_path / "first.kv.db")) as connection:
            connection.execute("DELETE FROM kvstore WHERE key LIKE 'prompts:%'")
            connection.execute(
                "INSERT INTO kvstore VALUES ('distributions:registry:v10::model:vllm/m', '{}', NULL)"
            )
            connection.commit()
    variables = {"PGPORT": str(running.port), "PGPASSWORD": PASSWORD}
    done = run_here(
        *("data", "copy", "old.yaml", "new.yaml", "--from", "0.7.3"),
        *("--target", release),
        cwd=tmp_path,
        HOME=str(tmp_path),
        **variables,
    )
    assert done.code in (0, 3), done.err
    with running.connect("times") as connection:
        [(found,)] = connection.execute(
            "SELECT data_type FROM information_schema.columns WHERE column_name = 'expiration'"
        )
    assert found.startswith(kind)
