"""A search finds the same chunks after an upgrade: the providers of real releases are filled and asked, over faiss,
sqlite-vec, and the embedded databases of chroma, milvus and qdrant.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.releases import required, searching
from tests.conformance.vector_configs import service
from tests.conformance.vector_provider import (
    DIMENSION,
    FIELDS,
    QUESTIONS,
    TEXTS,
    registered,
    store_of,
)
from tests.support.databases import make
from tests.support.running import ROOT, environment

PROGRAM: Final = Path(__file__).with_name("vector_provider.py")
OLD: Final = "0.2.23"
NEW: Final = "1.5.0"
SECONDS: Final = 600
TYPES: Final = {
    "faiss": "inline::faiss",
    "sqlite-vec": "inline::sqlite-vec",
    "chroma": "inline::chromadb",
    "qdrant": "inline::qdrant",
    "milvus": "inline::milvus",
}
STACKCFG: Final = """\
import sys

for name in ("sqlite3", "sqlite3.dbapi2"):
    sys.modules.pop(name, None)
from stackcfg.__main__ import main

main()
"""
"""Runs the command with Python's own sqlite module, in an environment that has another one in its place."""

NOT_STARTED: Final = "Fail connecting to server on unix:"
"""Of the client of Milvus, when the process with the embedded database is not there in time: nothing was done then."""

TRIES: Final = 3

REGISTERED: Final = "distributions:registry:v9::vector_db:{}"

pytestmark = pytest.mark.conformance


def config(name: str, side: Path, new: bool) -> str:
    """The run config of a service with one provider, whose files are in a folder."""
    fields = {key: f"{side}/{path}" for key, path in FIELDS[name].items()}
    return service(name, TYPES[name], fields, new=new, folder=f"{side}/")


def run(python: Path, *arguments: str | Path, folder: Path) -> str:
    for _ in range(TRIES):
        done = run_once(python, *arguments, folder=folder)
        if NOT_STARTED not in done.stderr + done.stdout:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_once(
    python: Path, *arguments: str | Path, folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(
            HF_HUB_OFFLINE="1", PYTHONPATH=str(ROOT), HOME=str(folder / "home")
        ),
        cwd=folder,
        check=False,
    )


def search(python: Path, action: str, name: str, side: Path) -> Any:
    """What the provider of a release finds for each question."""
    out = run(python, PROGRAM, action, side, name, folder=side.parent)
    lines = [line for line in out.splitlines() if line.startswith('{"')]
    return json.loads(lines[-1])[name]


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("place", ["same folder", "other folder"])
def test_a_search_finds_the_same_chunks(name, place, tmp_path):
    old, new = (required(each, searching) for each in (OLD, NEW))
    sides = {"old": tmp_path / "old", "new": tmp_path / "old"}
    if place == "other folder":
        sides["new"] = tmp_path / "new"
    before = search(old, "fill", name, sides["old"])
    row = {**registered(name), "type": "vector_db", "owner": {"principal": "me"}}
    keys = {REGISTERED.format(store_of(name)): {**row, "source": "via_register_api"}}
    make(tmp_path, {"old/registry.db": {"kvstore": keys}})
    for side, folder in sides.items():
        text = config(name, folder, new=side == "new")
        (tmp_path / f"{side}.yaml").write_text(text)
    untouched = {
        path: path.read_bytes() for path in sides["old"].rglob("*") if path.is_file()
    }
    command = ("old.yaml", "new.yaml", "--from", OLD, "--target", NEW)
    for action in ("copy", "verify", "copy"):
        run(new, "-c", STACKCFG, "data", action, *command, folder=tmp_path)
    if place == "other folder":
        for path, content in untouched.items():
            assert path.read_bytes() == content, path
    after = search(new, "ask", name, sides["new"])
    # each text is found, with what the old server said of it
    assert {each["content"] for each in after[QUESTIONS[0]]} == set(TEXTS)
    for found in before.values():
        for chunk in found:
            chunk |= {"embedding_model": "stub/embed", "embedding_dimension": DIMENSION}
    assert after == before
