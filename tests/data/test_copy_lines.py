"""Rows of sqlite for COPY: what a reader of the text format finds in the blocks is what sqlite had."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stackcfg.data.engines.copy_lines import BLOCK, NULL
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.engines.sqlite import SqliteReader
from stackcfg.data.engines.statements import Select

CHARACTERS = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
PLAIN = ("key", 1, "text", None, "{}")
ODD = [
    ("a\tb", 2, "", None, None),
    ("a\nb", 2, "\r", None, "\\"),
    ("\\N", None, "\x02", None, "\\t"),
    ("number", 1 << 60, "5", 0.1, "x"),
    ("bytes", -1, "ä字\U0001f600", b"\0\xff\\", "x"),
    ("word", "no number", "x", -1e300, "x"),
]


def read_text(data: bytes) -> list[tuple[str | None, ...]]:
    """Read the text format of COPY as the manual of PostgreSQL describes it."""
    lines = data.decode().split("\n")
    assert lines.pop() == ""
    return [tuple(map(read_value, line.split("\t"))) for line in lines]


def read_value(text: str) -> str | None:
    if text == NULL:
        return None
    return re.sub(r"\\(.)", lambda found: CHARACTERS[found[1]], text)


def as_text(value: Any) -> str | None:
    """A value as PostgreSQL reads it into a column of its type."""
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    return None if value is None else str(value)


def copied(path: Path, rows: list[tuple[Any, ...]]) -> tuple[list[Any], list[int]]:
    """What is in the blocks of rows, and how many rows each block is said to have."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a VARCHAR, b INTEGER, c TEXT, d, e JSON)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", rows)
        connection.commit()
    reader = SqliteReader(str(path))
    names = list("abcde")
    blocks = list(reader.copy_data(Select("t", names, names), []).blocks)
    reader.close()
    return read_text(b"".join(data for data, _ in blocks)), [each for _, each in blocks]


@pytest.mark.parametrize("odd", ODD, ids=lambda row: repr(row[0]))
def test_a_block_with_an_odd_value_is_read_as_it_was(odd, tmp_path):
    rows = [PLAIN, odd, PLAIN]
    found, counts = copied(tmp_path / "file.db", rows)
    assert found == [tuple(map(as_text, row)) for row in rows]
    assert counts == [3]


def test_a_row_can_be_longer_than_a_block(tmp_path):
    big = ("big", 1, "x\\" * BLOCK, None, "{}")
    rows = [PLAIN, big, ODD[0], PLAIN]
    found, counts = copied(tmp_path / "file.db", rows)
    assert found == [tuple(map(as_text, row)) for row in rows]
    assert counts == [2, 2]


def test_text_that_is_not_utf_8_is_an_error_without_the_text(tmp_path):
    with closing(sqlite3.connect(tmp_path / "file.db")) as connection:
        connection.execute("CREATE TABLE t (a VARCHAR)")
        connection.execute("INSERT INTO t VALUES (CAST(x'736563726574ff' AS TEXT))")
        connection.commit()
    reader = SqliteReader(str(tmp_path / "file.db"))
    with pytest.raises(DatabaseError, match="holds text that is not UTF-8") as error:
        list(reader.copy_data(Select("t", ["a"], ["a"]), []).blocks)
    reader.close()
    assert "secret" not in str(error.value)


def test_a_table_without_a_column_is_an_error(tmp_path):
    with closing(sqlite3.connect(tmp_path / "file.db")) as connection:
        connection.execute("CREATE TABLE kvstore (key TEXT, value TEXT)")
        connection.commit()
    reader = SqliteReader(str(tmp_path / "file.db"))
    names = ("key", "value", "expiration")
    with pytest.raises(DatabaseError, match="no such column: expiration"):
        list(reader.copy_data(Select("kvstore", names, names), []).blocks)
    reader.close()
