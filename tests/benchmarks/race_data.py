"""Races `stackcfg data copy` with bare `INSERT … SELECT` between the same sqlite files, and `verify` with `copy`.

    python -m tests.benchmarks.race_data [ROWS] [ROUNDS]      (in an environment that holds stackcfg, installed)

ROWS (a million) are in a KV store and as many in a SQL store. The bare statements run in a process of their own as
well: two files attached, tables made beforehand, `SELECT *`. Interleaved; each ratio is the median of the rounds' own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.benchmarks.measuring import Run, run_measured
from tests.support.databases import KV

CONFIG = """\
version: 2
image_name: race
apis: [agents, inference]
providers:
  agents:
  - provider_id: mine
    provider_type: inline::meta-reference
    config:
      persistence_store: {type: sqlite, db_path: agents.db}
      responses_store: {type: sqlite, db_path: responses.db}
metadata_store: {type: sqlite, db_path: registry.db}
inference_store: {type: sqlite, db_path: inference.db}
"""
SQL = """CREATE TABLE {name} (id VARCHAR, created INTEGER, model VARCHAR, choices JSON, input_messages JSON,
         access_attributes JSON, owner_principal VARCHAR, PRIMARY KEY (id))"""
BARE = """
import sqlite3, sys
for old, old_table, new, new_table in (("agents.db", "kvstore", "bare_kv.db", "kvstore"),
                                       ("inference.db", "chat_completions", "bare_sql.db", "inference_store")):
    connection = sqlite3.connect(new, isolation_level=None)
    connection.execute("ATTACH ? AS old", (old,))
    connection.execute("BEGIN")
    connection.execute(f"INSERT INTO main.{new_table} SELECT * FROM old.{old_table}")
    connection.execute("COMMIT")
"""
MADE = ("kvstore.db", "sql_store.db", "bare_kv.db", "bare_sql.db")


def pairs(count: int) -> Iterator[tuple[str, str]]:
    """Rows of a KV store, in no order."""
    for number in range(count):
        yield f"session:{uuid.uuid4()}", json.dumps({"turn": number, "text": "x" * 200})


def completions(count: int) -> Iterator[tuple[str, int, str, str, str, None, None]]:
    """Rows of the inference history, as 0.2 wrote them."""
    choices = json.dumps(
        [
            {
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "x" * 100},
            }
        ]
    )
    messages = json.dumps([{"role": "user", "content": "y" * 100}])
    for number in range(count):
        yield (
            f"chatcmpl-{uuid.uuid4().hex}",
            number,
            "my-model",
            choices,
            messages,
            None,
            None,
        )


def fill(folder: Path, count: int) -> None:
    """The old databases and both configs."""
    import sqlite3

    for name, made, marks, rows in (
        (
            "agents.db",
            KV.format(name="kvstore"),
            "kvstore VALUES (?, ?, NULL)",
            pairs(count),
        ),
        (
            "inference.db",
            SQL.format(name="chat_completions"),
            "chat_completions VALUES (?,?,?,?,?,?,?)",
            completions(count),
        ),
    ):
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute(made)
            connection.executemany(f"INSERT INTO {marks}", rows)
            connection.commit()
    (folder / "old.yaml").write_text(CONFIG)
    options = (
        "--target",
        "0.6",
        "--from",
        "0.2.23",
        "--allow-partial",
        "old.yaml",
        "-o",
        "new.yaml",
    )
    command = [sys.executable, "-m", "stackcfg", "migrate", *options]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def prepare(folder: Path) -> None:
    """Delete what an earlier round made, and make the tables of the bare statements."""
    import sqlite3

    for name in MADE:
        for path in folder.glob(f"{name}*"):
            path.unlink()
    for name, made in (
        ("bare_kv.db", KV.format(name="kvstore")),
        ("bare_sql.db", SQL.format(name="inference_store")),
    ):
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute(made)
            connection.commit()


def command(action: str) -> list[str]:
    """A data command over these rows."""
    releases = ("--from", "0.2.23", "--target", "0.6.1")
    words = ("data", action, "old.yaml", "new.yaml", *releases)
    return [sys.executable, "-m", "stackcfg", *words]


def compare(name: str, base: str, runs: list[Run], bases: list[Run]) -> None:
    """Print how many times a base runs take, by the clock and in computing time."""
    both = list(zip(runs, bases, strict=True))
    wall = statistics.median(one.wall / other.wall for one, other in both)
    cpu = statistics.median(one.cpu / other.cpu for one, other in both)
    took = statistics.median(one.cpu for one in runs)
    peak = max(one.peak for one in runs)
    print(
        f"{name}: {cpu:.2f} x {base} in computing time, {wall:.2f} x by the clock; {took:.1f} s, peak {peak:.0f} MiB"
    )


def main() -> None:
    """Make the rows, race, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    bare, copies, checks = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, count)
        for _ in range(rounds):
            prepare(folder)
            bare.append(run_measured([sys.executable, "-c", BARE], folder))
            copies.append(run_measured(command("copy"), folder))
            checks.append(run_measured(command("verify"), folder))
    print(f"{2 * count:,} rows, {rounds} rounds")
    compare("copy", "bare INSERT ... SELECT", copies, bare)
    compare("verify", "copy", checks, copies)


if __name__ == "__main__":
    main()
