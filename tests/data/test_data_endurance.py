"""Copies between engines that are started twice."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.test_data_across_engines import run, write_configs
from tests.support.background_copies import start_copy
from tests.support.budgets import budget
from tests.support.copy_sides import RELEASES
from tests.support.databases import make
from tests.support.postgres import PASSWORD, Server, server

MANY = budget(2_000)


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


def started(folder: Path, running: Server) -> subprocess.Popen[str]:
    """Start a copy that may use the server."""
    variables = {"PGPORT": str(running.port), "PGPASSWORD": PASSWORD}
    return start_copy(folder, RELEASES, **variables)


def finish(folder: Path, running: Server) -> None:
    """Run a copy to its end; the database may need a moment to notice that the killed one is gone."""
    for _ in range(50):
        done = run("copy", folder, running)
        if done.code == 0:
            return
        assert "a server still runs: stackcfg" in done.err, done.err
        time.sleep(0.2)
    raise AssertionError(done.err)


@pytest.fixture
def folders(running, tmp_path) -> tuple[Path, Path]:
    """Two folders with the same files, which are copied into the same database."""
    running.create("twice")
    fill(tmp_path, MANY)
    write_configs(tmp_path, "first", "db:twice")
    other = tmp_path / "other"
    other.mkdir()
    for path in tmp_path.glob("*.*"):
        shutil.copy(path, other)
    return tmp_path, other


def count_connections(running: Server) -> int:
    """Return how many connections the database has."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'twice'"
    with running.connect() as connection:
        return int(connection.execute(asked).fetchone()[0])


def hold_copy(copy: subprocess.Popen[str], running: Server) -> None:
    """Stop a copy at a moment at which it is connected to the database."""
    for _ in range(6000):
        copy.send_signal(signal.SIGSTOP)
        # it opens and closes several connections
        time.sleep(0.01)
        if count_connections(running):
            return
        copy.send_signal(signal.SIGCONT)
        time.sleep(0.005)
    raise AssertionError("no copy is connected")


def wait_for_connections(running: Server, count: int) -> None:
    """Wait until the database has no more connections than these: it needs a moment to
    notice that a command has ended.
    """
    for _ in range(1000):
        if count_connections(running) <= count:
            return
        time.sleep(0.01)
    raise AssertionError("a command that has ended is still connected")


def test_a_copy_refuses_while_another_one_is_at_work(running, folders):
    folder, other = folders
    first = started(folder, running)
    hold_copy(first, running)
    held = count_connections(running)
    try:
        done = run("copy", other, running)
        wait_for_connections(running, held)
    finally:
        first.send_signal(signal.SIGCONT)
    assert done.code == 2, done.out
    assert "a server still runs: stackcfg" in done.err
    out, err = first.communicate()
    assert first.returncode == 0, out + err
    assert run("verify", folder, running).code == 0


def test_of_two_copies_at_once_none_is_half_done(running, folders):
    tmp_path, _ = folders
    both = [started(folder, running) for folder in folders]
    ends = [(*process.communicate(), process.returncode) for process in both]
    # both may have refused, but none has written half of it
    assert {code for *_, code in ends} <= {0, 2}, ends
    finish(tmp_path, running)
    assert run("verify", tmp_path, running).code == 0
