"""Measures `stackcfg data copy` and `verify` with few and with many rows: the memory must be the same, the time in proportion.

    python -m tests.benchmarks.data_sizes [ROWS ...]      (100,000 and 1,000,000)

ROWS are in a KV store and as many in a SQL store of 0.2.23, in sqlite files; they go to sqlite files and to a PostgreSQL
server of 0.6. The memory and the computing time of the server are its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.measuring import run_measured
from tests.benchmarks.race_data import fill
from tests.support.postgres import PASSWORD, USER, Server, server

UPGRADE = ("old.yaml", "--from", "0.2.23", "--target", "0.6")
ENGINES = ("sqlite", "postgres")


def measure(folder: Path, action: str, running: Server) -> str:
    """Run a data command; return its time, its computing time and its peak."""
    command = (sys.executable, "-m", "stackcfg", "data", action, *UPGRADE, "new.yaml")
    run = run_measured(command, folder, os.environ | variables(running))
    return f"{run.wall:7.1f} s  {run.cpu:7.1f} s  {run.peak:5.0f} MiB"


def variables(running: Server) -> dict[str, str]:
    """Return the variables that upstream's backends take."""
    given = {"HOST": "127.0.0.1", "PORT": str(running.port), "DB": "race"}
    given |= {"USER": USER, "PASSWORD": PASSWORD}
    return {f"POSTGRES_{name}": value for name, value in given.items()}


@contextmanager
def filled(count: int) -> Iterator[Path]:
    """A folder with rows and the config of the old server."""
    with tempfile.TemporaryDirectory(prefix="stackcfg-sizes-") as name:
        folder = Path(name)
        fill(folder, count)
        yield folder


def migrate(folder: Path, engine: str) -> None:
    """Write the new config, for an engine."""
    options = ("--allow-partial", "-o", "new.yaml", "--force")
    backends = [f"--backend={family}_default={engine}" for family in ("kv", "sql")]
    command = (sys.executable, "-m", "stackcfg", "migrate", *UPGRADE, *options)
    subprocess.run([*command, *backends], cwd=folder, check=True, capture_output=True)


def main() -> None:
    """Make the rows, copy them to each engine, print."""
    print(f"{'to':9} {'':7} {'rows':>11}  {'time':>9}  {'computing':>9}  {'peak':>9}")
    with server() as running:
        for count in map(int, sys.argv[1:] or (100_000, 1_000_000)):
            with filled(count) as folder:
                for engine in ENGINES:
                    running.create("race")
                    migrate(folder, engine)
                    for action in ("copy", "verify"):
                        found = measure(folder, action, running)
                        rows = f"2 × {count:,}"
                        print(f"{engine:9} {action:7} {rows:>11}  {found}", flush=True)


if __name__ == "__main__":
    main()
