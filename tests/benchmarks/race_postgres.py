"""Races `stackcfg data copy` to PostgreSQL with the bare statements for the same rows; prints ratios and peaks.

The ratios are of the wall time, and of the CPU time of both sides: of the process, and of the server for it.

    python -m tests.benchmarks.race_postgres [ROWS] [ROUNDS]      (needs PostgreSQL's server programs)

ROWS (a million) are in a KV store and as many in a SQL store. From files, the race is with COPY of a text that was
made before; from one database to another with COPY of one into COPY of the other, and with `INSERT ... SELECT` within
one database; within one, with the latter. The bare statements run in a process of their own, into tables that were made
beforehand. Interleaved; each ratio is the median of the rounds' own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.measuring import Run, run_measured
from tests.benchmarks.race_data import SQL, completions, pairs
from tests.support.databases import KV
from tests.support.postgres import PASSWORD, Server, server

STORES = """\
version: 2
image_name: race
providers:
  files:
  - {provider_id: p, provider_type: 'inline::localfs', config: {storage_dir: files, metadata_store: {backend: sql_default, table_name: f}}}
storage:
  backends:
    kv_default: {type: KV}
    sql_default: {type: SQL}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: TABLE, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
"""
LOGIN = "host: 127.0.0.1, port: '${env.PGPORT}', user: llama, password: '${env.PGPASSWORD}', db: "
SPACES = "prompts:"
BARE = """
import psycopg, sys
kind, port, password = sys.argv[1:]
login = {"host": "127.0.0.1", "port": port, "user": "llama", "password": password}
with psycopg.connect(**login, dbname="bare") as connection, psycopg.connect(**login, dbname="old") as old:
    cursor = connection.cursor()
    for table, source in (("bare_kv", "llamastack_kvstore"), ("bare_sql", "completions")):
        if kind == "select":
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}_rows")
            continue
        if kind == "pipe":
            with (
                old.cursor().copy(f"COPY {source} TO STDOUT") as rows,
                cursor.copy(f"COPY {table} FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write(row)
            continue
        with open(table, "rb") as rows, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            while block := rows.read(1 << 17):
                copy.write(block)
"""


def write_config(path: Path, where: str, table: str) -> None:
    kv, sql = f"kv_postgres, {LOGIN}{where}", f"sql_postgres, {LOGIN}{where}"
    if not where:
        kv, sql = "kv_sqlite, db_path: kv.db", "sql_sqlite, db_path: sql.db"
    if table == "moved":
        kv += ", table_name: moved_kv"
    text = STORES.replace("KV}", kv + "}").replace("SQL}", sql + "}")
    path.write_text(text.replace("TABLE", table))


def fill(folder: Path, count: int, running: Server) -> None:
    """The rows in files, in the database `old`, and as text for COPY."""
    import sqlite3

    with sqlite3.connect(folder / "kv.db") as connection:
        connection.execute(KV.format(name="kvstore"))
        rows = ((f"prompts:v1:{key}:1", value) for key, value in pairs(count))
        connection.executemany("INSERT INTO kvstore VALUES (?, ?, NULL)", rows)
    with sqlite3.connect(folder / "sql.db") as connection:
        connection.execute(SQL.format(name="completions"))
        marks = "completions VALUES (?,?,?,?,?,'null','')"
        chosen = (row[:5] for row in completions(count))
        connection.executemany(f"INSERT INTO {marks}", chosen)
    for name in ("old", "bare"):
        running.create(name)
    write_config(folder / "files.yaml", "", "completions")
    write_config(folder / "old.yaml", "old", "completions")
    write_config(folder / "new.yaml", "new", "completions")
    write_config(folder / "moved.yaml", "old", "moved")
    subprocess.run(
        ours("files.yaml", "old.yaml"),
        cwd=folder,
        check=True,
        env=variables(running),
        capture_output=True,
    )
    with running.connect("old") as old, running.connect("bare") as bare:
        for table, query in (
            ("bare_kv", "llamastack_kvstore"),
            ("bare_sql", "completions"),
        ):
            kind = KV if table == "bare_kv" else SQL
            bare.execute(kind.format(name=f"{table}_rows"))
            with (
                open(folder / table, "wb") as file,
                old.cursor().copy(f"COPY {query} TO STDOUT") as rows,
            ):
                for row in rows:
                    file.write(row)
            with (
                open(folder / table, "rb") as file,
                bare.cursor().copy(f"COPY {table}_rows FROM STDIN") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
        bare.execute("VACUUM ANALYZE")
        old.execute("VACUUM ANALYZE")


def variables(running: Server) -> dict[str, str]:
    return {**os.environ, "PGPORT": str(running.port), "PGPASSWORD": PASSWORD}


def ours(old: str, new: str) -> list[str]:
    releases = ("--from", "0.7.3", "--target", "0.7.3")
    return [
        sys.executable,
        "-m",
        "stackcfg",
        "data",
        "copy",
        old,
        new,
        *releases,
        "--while-running",
    ]


def clean(running: Server) -> None:
    """Put everything back that a round writes into."""
    running.create("new")
    with running.connect("old") as connection:
        connection.execute("DROP TABLE IF EXISTS moved, moved_kv, stackcfg_copies")
    with running.connect("bare") as connection:
        connection.execute("DROP TABLE IF EXISTS bare_kv, bare_sql")
        connection.execute(KV.format(name="bare_kv"))
        connection.execute(SQL.format(name="bare_sql"))
    with running.connect() as connection:
        connection.execute("CHECKPOINT")


def server_seconds(running: Server) -> float:
    """The CPU time of all connections that have ended."""
    pid = (running.folder / "data" / "postmaster.pid").read_text().split()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # the numbers of proc(5): cutime is the 16th, cstime the 17th
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def run(folder: Path, command: list[str], running: Server) -> Run:
    """Run a command once."""
    clean(running)
    time.sleep(0.5)
    before = server_seconds(running)
    measured = run_measured(command, folder, variables(running))
    # a connection counts once it has ended
    time.sleep(0.5)
    return measured._replace(cpu=measured.cpu + server_seconds(running) - before)


def main() -> None:
    """Make the rows, race, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name, server() as running:
        folder = Path(name)
        fill(folder, count, running)

        def bare(kind: str) -> list[str]:
            return [sys.executable, "-c", BARE, kind, str(running.port), PASSWORD]

        races = {
            "sqlite -> PostgreSQL, COPY": (
                ours("files.yaml", "new.yaml"),
                bare("copy"),
            ),
            "PostgreSQL -> PostgreSQL, COPY into COPY": (
                ours("old.yaml", "new.yaml"),
                bare("pipe"),
            ),
            "PostgreSQL -> PostgreSQL, INSERT ... SELECT": (
                ours("old.yaml", "new.yaml"),
                bare("select"),
            ),
            "within PostgreSQL, INSERT ... SELECT": (
                ours("old.yaml", "moved.yaml"),
                bare("select"),
            ),
        }
        for title, commands in races.items():
            report(
                title,
                count,
                rounds,
                lambda command: run(folder, command, running),
                commands,
            )


def report(
    title: str,
    count: int,
    rounds: int,
    race: Callable[[list[str]], Run],
    commands: tuple[list[str], list[str]],
) -> None:
    results = [(race(commands[0]), race(commands[1])) for _ in range(rounds)]
    ratio = statistics.median(one.wall / other.wall for one, other in results)
    cpu = statistics.median(one.cpu / other.cpu for one, other in results)
    took = statistics.median(one.wall for one, _ in results)
    peak = max(one.peak for one, _ in results)
    speed = 2 * count / took
    print(
        f"{title}: {ratio:.2f} x ({cpu:.2f} x CPU), {2 * count:,} rows in {took:.1f} s "
        f"({speed:,.0f} a second), peak {peak:.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    main()
