"""The items of a conversation stay in their order, in any engine: an answer never comes before its question."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.databases import make
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, USER, Server, server
from tests.support.running import ROOT

FIXTURE = ROOT / "fixtures" / "data" / "conversation-items"
STORED = ["msg_c", "msg_a", "msg_z", "msg_b"]
"""The items of the fixture as they were stored: three of one conversation, and `msg_z` of another one."""

SQLITE = "{type: sql_sqlite, db_path: new/sql_store.db}"
POSTGRES = "{{type: sql_postgres, host: 127.0.0.1, port: {port}, db: items, user: {user}, password: {password}}}"
LISTED = "SELECT id FROM conversation_items WHERE conversation_id = 'conv_1' ORDER BY sort_order"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as found:
        yield found


def laid_out(folder: Path) -> Path:
    """The configs and the old database of the fixture; return the new config."""
    for name in ("old.yaml", "new.yaml"):
        shutil.copy(FIXTURE / name, folder / name)
    make(folder, json.loads((FIXTURE / "before.json").read_text()))
    return folder / "new.yaml"


def copy(folder: Path, target: str) -> None:
    command = ("old.yaml", "new.yaml", "--from", "1.0.4", "--target", target)
    for action in ("copy", "verify", "copy"):
        done = run_here("data", action, *command, cwd=folder)
        assert done.code == 0, done.err


def rows(path: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute(query)]


def test_a_release_that_goes_by_the_table_finds_the_order_of_the_table(tmp_path):
    laid_out(tmp_path)
    # into an empty table sqlite moves whole pages
    before = json.loads((FIXTURE / "before.json").read_text())["sql_store.db"]
    first = {**before["conversation_items"][0], "id": "msg_y"}
    make(tmp_path, {"new/sql_store.db": {"conversation_items": [first]}})
    copy(tmp_path, "1.0.4")
    found = rows(
        tmp_path / "new" / "sql_store.db",
        "SELECT id FROM conversation_items ORDER BY rowid",
    )
    assert found == ["msg_y", *STORED]


def test_new_items_come_after_those_that_were_copied(tmp_path):
    laid_out(tmp_path)
    copy(tmp_path, "1.1.3")
    new = tmp_path / "new" / "sql_store.db"
    with closing(sqlite3.connect(new)) as connection:
        # the first item that a server adds has the number after the highest one
        connection.execute(
            "INSERT INTO conversation_items (id, conversation_id, created_at, sort_order) "
            "SELECT 'msg_0', 'conv_1', 3, max(sort_order) + 1 FROM conversation_items"
        )
        connection.commit()
    copy(tmp_path, "1.1.3")
    assert rows(new, LISTED) == ["msg_c", "msg_a", "msg_b", "msg_0"]


def test_items_are_numbered_on_postgres(tmp_path, postgres):
    new = laid_out(tmp_path)
    postgres.create("items")
    backend = POSTGRES.format(port=postgres.port, user=USER, password=PASSWORD)
    text = new.read_text()
    assert SQLITE in text
    new.write_text(text.replace(SQLITE, backend))
    copy(tmp_path, "1.5.0")
    with postgres.connect("items") as connection:
        found = [name for (name,) in connection.execute(LISTED)]
    assert found == ["msg_c", "msg_a", "msg_b"]
