"""Rows that sqlite compares in blocks give the same result as rows that are looked at one by one."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from stackcfg.data import routes
from stackcfg.data.engines import sqlite_comparison
from tests.support.databases import KV
from tests.support.in_process import run_here

RELEASES: Final = ("--from", "0.3.0", "--target", "0.4.0")
CONFIG: Final = """\
version: 2
image_name: demo
providers: {}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: NAME.kv.db}
    sql_default: {type: sql_sqlite, db_path: NAME.sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: NAME_prompts}
"""
COLUMNS: Final = "id VARCHAR, created INTEGER, choices JSON, note TEXT, access_attributes JSON, owner_principal VARCHAR, PRIMARY KEY (id)"
TEXTS: Final = ("", "plain", "ärger 字 \U0001f600", "a\0b", "it's", "1", "1.0", "null")
ACCESS: Final = (None, "null", "{}", None, '{"roles": ["x"]}')
ROWS: Final = 450
"""More than two blocks."""


def fill(folder: Path) -> None:
    for name in ("old", "new"):
        text = CONFIG.replace("NAME", name).replace("old_prompts", "prompts")
        (folder / f"{name}.yaml").write_text(text)
    with closing(sqlite3.connect(folder / "old.sql.db")) as connection:
        connection.execute(f"CREATE TABLE chat_completions ({COLUMNS})")
        rows: list[tuple[Any, ...]] = [
            (
                *(f"c{n * 7919 % ROWS}", n, json.dumps({"t": TEXTS[n % 8]})),
                *(TEXTS[n % 8], ACCESS[n % 4], None if n % 3 else "me"),
            )
            for n in range(ROWS)
        ]
        rows[250] = ("long", 0, "{}", "x" * 100_000, None, None)
        rows[430] = ("private", 0, "{}", "", ACCESS[4], None)
        rows[431] = ("number", 1, "{}", "1", None, "")
        connection.executemany(
            "INSERT INTO chat_completions VALUES (?,?,?,?,?,?)", rows
        )
        connection.commit()
    with closing(sqlite3.connect(folder / "old.kv.db")) as connection:
        connection.execute(KV.format(name="kvstore"))
        pairs = [
            (
                f"prompts:prompts:v1:p{n * 7919 % ROWS}:1",
                json.dumps({"text": TEXTS[n % 8]}),
                "2033-01-02T03:04:05+00:00" if n % 3 else None,
            )
            for n in range(ROWS)
        ]
        # longer than what is read together with others
        pairs[10] = (pairs[10][0], "ü" * 20_000, None)
        pairs[11] = (pairs[11][0], "a\0" + "b" * 20_000, None)
        connection.executemany("INSERT INTO kvstore VALUES (?, ?, ?)", pairs)
        connection.commit()


def copy(folder: Path) -> None:
    words = ("data", "copy", "old.yaml", "new.yaml", *RELEASES)
    done = run_here(*words, cwd=folder, HOME=str(folder))
    assert done.code in (0, 3), done.err


def verify(folder: Path) -> list[dict[str, Any]]:
    words = ("data", "verify", "old.yaml", "new.yaml", *RELEASES, "--format", "json")
    done = run_here(*words, cwd=folder, HOME=str(folder))
    return [move["verified"] for move in json.loads(done.out)["moves"]]


def counts(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what must not depend on how rows are compared, or in which order."""
    kept: list[dict[str, Any]] = []
    for each in filter(None, found):
        sums = (each.pop("expected_checksum"), each.pop("found_checksum"))
        named = {key: sorted(each[key]) for key in ("missing", "differing")}
        kept.append({**each, **named, "same": sums[0] == sums[1]})
    return kept


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what turns the comparison within sqlite off."""

    def turn_off() -> None:
        for module in (routes.sql_check, routes.kv_to_kv):  # type: ignore[attr-defined]
            monkeypatch.setattr(module, "open_comparison", lambda *_: None)

    return turn_off


HARMS: Final = (
    "DELETE FROM {table} WHERE rowid = :row",
    "UPDATE {table} SET {column} = {column} || 'x' WHERE rowid = :row",
    "UPDATE {table} SET {column} = NULL WHERE rowid = :row",
    "UPDATE {table} SET {column} = upper({column}) WHERE rowid = :row",
    "UPDATE {table} SET {key} = {key} || ' ' WHERE rowid = :row",
    "UPDATE {table} SET rowid = 5000 + :row WHERE rowid = :row",
    "UPDATE {table} SET rowid = 5000 + rowid WHERE rowid < :row",
)
TABLES: Final = (
    ("sql", "inference_store", "id", "note"),
    ("sql", "inference_store", "id", "choices"),
    ("sql", "inference_store", "id", "owner_principal"),
    ("sql", "inference_store", "id", "access_attributes"),
    ("kv", "kvstore", "key", "value"),
    ("kv", "kvstore", "key", "expiration"),
)


def harm(folder: Path, chance: random.Random) -> str:
    side = chance.choice(("old", "new"))
    family, table, key, column = chance.choice(TABLES)
    if (side, family) == ("old", "sql"):
        table = "chat_completions"  # its name in 0.3.0
    statement = chance.choice(HARMS).format(table=table, key=key, column=column)
    with closing(sqlite3.connect(folder / f"{side}.{family}.db")) as connection:
        connection.execute(statement, {"row": chance.randint(1, ROWS)})
        connection.commit()
    return f"{side}: {statement}"


@pytest.mark.parametrize("seed", range(4))
def test_blocks_find_what_single_rows_find(
    tmp_path: Path, one_by_one: Callable[[], None], seed: int
) -> None:
    fill(tmp_path)
    copy(tmp_path)
    chance = random.Random(seed)
    done: list[str] = []
    in_blocks = []
    for number in range(4):
        done += [harm(tmp_path, chance) for _ in range(number and 2)]
        for path in tmp_path.glob("*.db"):
            (tmp_path / f"{number} {path.name}").write_bytes(path.read_bytes())
        in_blocks.append(counts(verify(tmp_path)))
    one_by_one()
    for number, found in enumerate(in_blocks):
        for path in tmp_path.glob(f"{number} *.db"):
            (tmp_path / path.name.partition(" ")[2]).write_bytes(path.read_bytes())
        assert found == counts(verify(tmp_path)), (number, done)


def test_sums_are_those_of_single_rows(
    tmp_path: Path, one_by_one: Callable[[], None]
) -> None:
    fill(tmp_path)
    copy(tmp_path)
    in_blocks = next(each for each in verify(tmp_path) if each and each["rows"] == ROWS)
    one_by_one()
    found = next(each for each in verify(tmp_path) if each and each["rows"] == ROWS)
    assert in_blocks == found
    assert in_blocks["present"] == ROWS


def test_most_rows_are_compared_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    copy(tmp_path)
    seen = []
    compare = sqlite_comparison.SqliteComparison._compare

    def note(comparison: Any, compared: Any) -> Any:
        for block in compare(comparison, compared):
            seen.append((compared.table, block.rows, block.content is not None))
            yield block

    monkeypatch.setattr(sqlite_comparison.SqliteComparison, "_compare", note)
    verify(tmp_path)
    assert seen == [
        ("chat_completions", 200, True),
        ("chat_completions", 200, False),  # the long row
        ("chat_completions", 50, False),  # the private row
        ("kvstore", 200, True),
        ("kvstore", 200, True),
        ("kvstore", 50, True),
    ]


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ("created = '7'", 0),  # the column makes a number of it
        ("note = CAST('plain' AS BLOB)", 1),
        ("id = 'C7'", 1),
        ("created = 7.5", 1),
    ],
)
def test_values_of_another_type_or_case_differ(
    tmp_path: Path, change: str, differing: int
) -> None:
    fill(tmp_path)
    copy(tmp_path)
    with closing(sqlite3.connect(tmp_path / "new.sql.db")) as connection:
        connection.execute(f"UPDATE inference_store SET {change} WHERE created = 7")
        connection.commit()
    found = next(each for each in verify(tmp_path) if each and each["rows"] == ROWS)
    assert found["present"] == ROWS - differing
