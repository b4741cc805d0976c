"""Copies between engines that are started twice."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.test_data_across_engines import run, write_configs
from tests.support.background_copies import start_copy
from tests.support.copy_sides import RELEASES
from tests.support.databases import make
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
