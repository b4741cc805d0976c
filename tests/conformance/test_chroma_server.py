"""Chunks on a server of chroma: filled by the provider of 0.2.23, found by that of ogx 1.5.0 after a copy."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.releases import required, searching
from tests.conformance.test_vector_search import (
    NEW,
    OLD,
    PROGRAM,
    REGISTERED,
    SECONDS,
    STACKCFG,
)
from tests.conformance.vector_configs import service
from tests.conformance.vector_provider import (
    DIMENSION,
    QUESTIONS,
    TEXTS,
    registered,
    store_of,
)
from tests.support.databases import make
from tests.support.running import ROOT, environment

NAME: Final = "chroma-server"
STARTS: Final = 60
"""Seconds that the server may take."""

SIDES: Final = ("old.yaml", "new.yaml", "--from", OLD, "--target", NEW)

pytestmark = pytest.mark.conformance


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a server of chroma that runs."""
    program = required(NEW, searching).with_name("chroma")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = ("--path", str(tmp_path / "chroma"), "--port", str(port))
    command = [str(program), "run", "--host", "127.0.0.1", *place]
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def wait_for(port: int) -> None:
    end = time.monotonic() + STARTS
    while time.monotonic() < end:
        with closing(socket.socket()) as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail("the server of chroma does not start")


def config(address: str, *, new: bool) -> str:
    return service(NAME, "remote::chromadb", {"url": address}, new=new)


def lay_out(folder: Path, address: str) -> None:
    """Write the configs of both sides, and the registry of the old one."""
    row = {**registered(NAME), "type": "vector_db", "source": "via_register_api"}
    keys = {REGISTERED.format(store_of(NAME)): row}
    make(folder, {"registry.db": {"kvstore": keys}})
    (folder / "old.yaml").write_text(config(address, new=False))
    (folder / "new.yaml").write_text(config(address, new=True))


def run(
    python: Path, *arguments: str | Path, folder: Path, address: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(
            HF_HUB_OFFLINE="1",
            PYTHONPATH=str(ROOT),
            HOME=str(folder / "home"),
            CHROMA_URL=address,
        ),
        cwd=folder,
        check=False,
    )


def search(python: Path, action: str, folder: Path, address: str) -> Any:
    """What the provider of a release finds for each question."""
    done = run(python, PROGRAM, action, folder, NAME, folder=folder, address=address)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"')]
    return json.loads(lines[-1])[NAME]


def test_a_search_finds_the_same_chunks(address, tmp_path):
    old, new = (required(each, searching) for each in (OLD, NEW))
    before = search(old, "fill", tmp_path, address)
    lay_out(tmp_path, address)
    codes = []
    for action in ("verify", "copy", "verify", "copy"):
        words = ("-c", STACKCFG, "data", action, *SIDES)
        done = run(new, *words, folder=tmp_path, address=address)
        codes.append(done.returncode)
    assert codes == [1, 0, 0, 0], done.stdout + done.stderr
    after = search(new, "ask", tmp_path, address)
    assert {each["content"] for each in after[QUESTIONS[0]]} == set(TEXTS)
    for found in before.values():
        for chunk in found:
            chunk |= {"embedding_model": "stub/embed", "embedding_dimension": DIMENSION}
    assert after == before


def test_a_server_that_does_not_run_is_one_line(tmp_path):
    python = required(NEW, searching)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    lay_out(tmp_path, address)
    words = ("-c", STACKCFG, "data", "copy", *SIDES)
    done = run(python, *words, folder=tmp_path, address=address)
    assert done.returncode == 2
    assert "see whether this server runs" in done.stderr
    assert done.stderr.count("\n") == 1
