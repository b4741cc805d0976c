"""Databases of PostgreSQL with another encoding than UTF-8: the rows come along, or one line says which does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.data.conftest import MakeSide
from tests.support.copy_sides import RELEASES, Files, Postgres, fill, write_configs
from tests.support.in_process import run_here
from tests.support.running import Done


def make_database(side: Postgres, encoding: str) -> None:
    with side.running.connect() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {side.database}")
        options = "TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        connection.execute(
            f"CREATE DATABASE {side.database} ENCODING '{encoding}' {options}"
        )


def data(action: str, folder: Path) -> Done:
    words = ("data", action, "old.yaml", "new.yaml", *RELEASES)
    return run_here(*words, cwd=folder, HOME=str(folder))


def prepare(make_side: MakeSide, folder: Path, encoding: str, text: str) -> Postgres:
    files = Files(folder, "first")
    value = json.dumps({"text": text}, ensure_ascii=False)
    more = (1, "2025-01-02 03:04:05.500000", 0.5, text, b"\x10", "", None)
    fill(files, [("prompts:v1:p:1", value, None)], [("c", 1, "m", value, *more)])
    side = make_side("postgres", "encoded")
    assert isinstance(side, Postgres)
    make_database(side, encoding)
    write_configs(folder, files, side)
    return side


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("LATIN1", "ärger"),
        ("LATIN9", "10 €"),
        ("KOI8R", "дом"),
        ("WIN1252", "…"),
        ("EUC_JP", "字"),
        ("SQL_ASCII", "字 \U0001f600"),
    ],
)
def test_rows_go_there_and_back(make_side, tmp_path, encoding, text):
    side = prepare(make_side, tmp_path, encoding, text)
    for action in ("copy", "verify", "copy"):
        done = data(action, tmp_path)
        assert done.code == 0, done.err
    assert "done before" in done.out
    write_configs(tmp_path, side, Files(tmp_path, "back"))
    for action in ("copy", "verify"):
        assert data(action, tmp_path).code == 0
    again = Files(tmp_path, "back").execute("kv", "SELECT value FROM kvstore")
    assert again == [(json.dumps({"text": text}, ensure_ascii=False),)]


def test_a_character_that_the_database_lacks_is_one_line(make_side, tmp_path):
    side = prepare(make_side, tmp_path, "LATIN1", "字")
    done = data("copy", tmp_path)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "does not take the row 'c'" in done.err
    assert "ENCODING 'UTF8'" in done.err
    assert not side.is_begun()


def test_bytes_that_are_no_utf_8_are_one_line(make_side, tmp_path):
    side = prepare(make_side, tmp_path, "SQL_ASCII", "text")
    assert data("copy", tmp_path).code == 0
    table = "llamastack_kvstore"
    broken = r"convert_from('\xe4'::bytea, 'SQL_ASCII')"
    side.execute("kv", f"UPDATE {table} SET value = {broken}")
    write_configs(tmp_path, side, Files(tmp_path, "back"))
    for action in ("copy", "verify"):
        done = data(action, tmp_path)
        assert done.code == 2
        assert done.err.strip().count("\n") == 0
        assert "another encoding than UTF-8" in done.err
