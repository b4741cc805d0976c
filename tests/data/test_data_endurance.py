"""Copies between engines that are killed, started twice and tampered with."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.data.test_data_across_engines import SAME, run, write_configs
from tests.support.background_copies import killed_after, start_copy
from tests.support.budgets import budget
from tests.support.databases import make
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, Server, server

MANY = 20_000


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        yield found


def fill(folder: Path, count: int) -> None:
    rows = [
        {
            "id": f"chatcmpl-{n}:%",
            "created": n,
            "choices": {"text": f"answer ä {n}" * 5},
            "owner_principal": "",
        }
        for n in range(count)
    ]
    keys = {f"prompts:v1:p{n}:1": {"prompt": f"say {n}" * 10} for n in range(count)}
    make(
        folder,
        {"first.kv.db": {"kvstore": keys}, "first.sql.db": {"completions": rows}},
    )


def contents(running: Server, database: str) -> list[Any]:
    with running.connect(database) as connection:
        found = []
        for table in ("llamastack_kvstore", "completions", "stackcfg_copies"):
            [(there,)] = connection.execute("SELECT to_regclass(%s)", (table,))
            query = f"SELECT * FROM {table} ORDER BY 1"
            found.append(connection.execute(query).fetchall() if there else None)
    return found


def started(folder: Path, running: Server) -> subprocess.Popen[str]:
    """Start a copy that may use the server."""
    variables = {"PGPORT": str(running.port), "PGPASSWORD": PASSWORD}
    return start_copy(folder, SAME, **variables)


def finish(folder: Path, running: Server) -> None:
    """Run a copy to its end; the database may need a moment to notice that the killed one is gone."""
    for _ in range(50):
        done = run("copy", folder, running)
        if done.code == 0:
            return
        assert "a server still runs: stackcfg" in done.err, done.err
        time.sleep(0.2)
    raise AssertionError(done.err)


def test_a_copy_to_postgres_killed_at_random_moments_can_be_repeated(running, tmp_path):
    running.create("whole")
    fill(tmp_path, MANY)
    write_configs(tmp_path, "first", "db:whole")
    files = {path: path.read_bytes() for path in tmp_path.glob("*.db")}
    begun = time.monotonic()
    assert run("copy", tmp_path, running).code == 0
    took = time.monotonic() - begun
    [kv, sql, records] = contents(running, "whole")
    write_configs(tmp_path, "first", "db:killed")
    chance, kills = random.Random(11), 0
    while kills < budget(6):
        running.create("killed")
        for _ in range(3):
            kills += killed_after(
                started(tmp_path, running), chance.uniform(0.3 * took, 1.1 * took)
            )
        finish(tmp_path, running)
        found = contents(running, "killed")
        assert found[:2] == [kv, sql]
        assert len(found[2]) == len(records)
        assert {path: path.read_bytes() for path in tmp_path.glob("*.db")} == files


def test_a_copy_from_postgres_killed_at_random_moments_can_be_repeated(
    running, tmp_path
):
    running.create("origin")
    fill(tmp_path, MANY)
    write_configs(tmp_path, "first", "db:origin")
    assert run("copy", tmp_path, running).code == 0
    before = contents(running, "origin")
    write_configs(tmp_path, "db:origin", "second")
    begun = time.monotonic()
    assert run("copy", tmp_path, running).code == 0
    took = time.monotonic() - begun
    whole = dump(tmp_path)
    chance, kills = random.Random(13), 0
    while kills < budget(6):
        for path in tmp_path.glob("second*"):
            path.unlink()
        for _ in range(3):
            kills += killed_after(
                started(tmp_path, running), chance.uniform(0.3 * took, 1.1 * took)
            )
        finish(tmp_path, running)
        assert dump(tmp_path) == whole
        assert contents(running, "origin") == before


def dump(folder: Path) -> list[Any]:
    found = []
    for name, table in (("kv", "kvstore"), ("sql", "completions")):
        with closing(sqlite3.connect(folder / f"second.{name}.db")) as connection:
            found.append(
                connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            )
    return found


def test_of_two_copies_at_once_one_refuses(running, tmp_path):
    running.create("twice")
    fill(tmp_path, MANY)
    write_configs(tmp_path, "first", "db:twice")
    other = tmp_path / "other"
    other.mkdir()
    for path in tmp_path.glob("*.*"):
        shutil.copy(path, other)
    both = [started(folder, running) for folder in (tmp_path, other)]
    ends = [(*process.communicate(), process.returncode) for process in both]
    # both may have refused, but none has written half of it
    assert {code for *_, code in ends} <= {0, 2}, ends
    finish(tmp_path, running)
    assert run("verify", tmp_path, running).code == 0


def test_verify_finds_every_tampering(running, tmp_path):
    """A row deleted or a character changed in the copy, or a character changed in the old database."""
    running.create("tampered")
    fill(tmp_path, 60)
    with closing(sqlite3.connect(tmp_path / "first.kv.db")) as connection:
        connection.execute(
            "UPDATE kvstore SET expiration = '2033-01-02T03:04:05+00:00' WHERE key LIKE '%1:1'"
        )
        connection.commit()
    write_configs(tmp_path, "first", "db:tampered")
    assert run("copy", tmp_path, running).code == 0
    variables = {
        "PGPORT": str(running.port),
        "PGPASSWORD": PASSWORD,
        "HOME": str(tmp_path),
    }
    chance = random.Random(17)
    for _ in range(budget(100)):
        verify = ("data", "verify", "old.yaml", "new.yaml", *SAME, "--format", "json")
        key, undo = tamper(chance, tmp_path, running)
        done = run_here(*verify, cwd=tmp_path, **variables)
        assert done.code == 1, (key, done.out)
        checks = [move["verified"] for move in json.loads(done.out)["moves"]]
        wrong = [
            name
            for each in checks
            if each
            for name in each["missing"] + each["differing"]
        ]
        assert [name.partition(" ")[0] for name in wrong] == [key]
        undo()
    assert run("verify", tmp_path, running).code == 0


TABLES = {
    "llamastack_kvstore": ("kvstore", "key", ["value", "expiration"]),
    "completions": ("completions", "id", ["created", "choices", "owner_principal"]),
}


def tamper(chance: random.Random, folder: Path, running: Server) -> tuple[str, Any]:
    """Do one harm; return the key of the row, and what undoes the harm."""
    table = chance.choice([*TABLES])
    old_table, key_column, columns = TABLES[table]
    file = folder / ("first.kv.db" if old_table == "kvstore" else "first.sql.db")
    with running.connect("tampered") as connection:
        rows = connection.execute(
            f"SELECT {key_column}, {', '.join(f'{name}::text' for name in columns)} FROM {table} ORDER BY 1"
        ).fetchall()
        key, *values = chance.choice(rows)
        number = chance.randrange(len(columns))
        new = changed(chance, columns[number], values[number])
        harm = chance.choice(["delete", "change", "old"])
        if harm == "delete":
            connection.execute(f"DELETE FROM {table} WHERE {key_column} = %s", (key,))
        elif harm == "change":
            connection.execute(
                f"UPDATE {table} SET {columns[number]} = %s WHERE {key_column} = %s",
                (new, key),
            )
    if harm == "old":
        set_old(file, old_table, columns[number], new, key_column, key)
    names, marks = (
        ", ".join([key_column, *columns]),
        ", ".join(["%s"] * (len(columns) + 1)),
    )

    def undo() -> None:
        if harm == "old":
            set_old(file, old_table, columns[number], values[number], key_column, key)
            return
        with running.connect("tampered") as connection:
            connection.execute(f"DELETE FROM {table} WHERE {key_column} = %s", (key,))
            connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", (key, *values)
            )

    return str(key), undo


def set_old(
    file: Path, table: str, column: str, value: Any, key_column: str, key: str
) -> None:
    # the namespace is part of the key in PostgreSQL only
    values = (value, key.removeprefix("prompts:"))
    statement = f"UPDATE {table} SET {column} = ? WHERE {key_column} = ?"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute(statement, values).rowcount == 1
        connection.commit()


def changed(chance: random.Random, column: str, value: str | None) -> str:
    """Return a value with one character changed."""
    if column == "expiration":
        return "2034-01-02 03:04:05"
    if column == "created":
        return str(int(value or 0) + 1)
    if not value:
        return "x"
    # not the names of fields, and no part of an escaped character
    letters = [
        place
        for place in range(value.find(":") + 1, len(value))
        if value[place].isalnum() and "\\" not in value[max(0, place - 5) : place]
    ]
    place = chance.choice(letters)
    return value[:place] + ("y" if value[place] != "y" else "z") + value[place + 1 :]
