"""Chunks in PostgreSQL with pgvector: filled by a real provider of 0.2.23, found by that of ogx 1.5.0 after a copy.

The server and the extension come from a Python package, since Debian 12 has no pgvector.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance.releases import pgvector_packages, required, searching
from tests.conformance.test_vector_search import REGISTERED
from tests.conformance.vector_configs import service
from tests.conformance.vector_provider import DIMENSION, QUESTIONS, TEXTS, registered
from tests.support.databases import make
from tests.support.postgres import PASSWORD, USER, Server, server
from tests.support.running import ROOT, environment, stackcfg

PROGRAM: Final = Path(__file__).with_name("vector_provider.py")
OLD: Final = "0.2.23"
NEW: Final = "1.5.0"
UPGRADE: Final = ("old.yaml", "new.yaml", "--from", OLD, "--target", NEW)
SECONDS: Final = 600
STORES: Final = ("vs_pgvector", "MyDocs-1")
"""Ids of vector stores: of small letters, and with capitals."""

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    packages = required("server", pgvector_packages)
    with tempfile.TemporaryDirectory(prefix="stackcfg-pgvector-") as name:
        folder = Path(name)
        # the user that runs the server may not look into the home of another one
        folder.chmod(0o755)
        for part in ("pgserver", "pgserver.libs"):
            shutil.copytree(packages / part, folder / part)
        with server(folder / "pgserver" / "pginstall" / "bin") as found:
            yield found


def config(running: Server, database: str, *, new: bool) -> str:
    given = fields(running, database)
    return service("pgvector", "remote::pgvector", given, new=new)


def fields(running: Server, database: str) -> dict[str, str]:
    return {
        "host": "127.0.0.1",
        "port": str(running.port),
        "db": database,
        "user": USER,
        "password": PASSWORD,
    }


def run_provider(
    release: str,
    action: str,
    running: Server,
    database: str,
    folder: Path,
    stores: tuple[str, ...] = STORES,
) -> subprocess.CompletedProcess[str]:
    """Let the provider of a release fill its stores or search in them."""
    python = required(release, searching)
    packages = required("server", pgvector_packages)
    address = fields(running, database)
    variables = {f"PGVECTOR_{name.upper()}": each for name, each in address.items()}
    names = [f"pgvector={each}" for each in stores]
    return subprocess.run(
        [str(python), str(PROGRAM), action, str(folder), *names],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(
            HF_HUB_OFFLINE="1",
            PYTHONPATH=f"{ROOT}:{packages}",
            HOME=str(folder / "home"),
            **variables,
        ),
        check=False,
    )


def search(
    release: str, action: str, running: Server, database: str, folder: Path
) -> dict[str, Any]:
    """What the provider of a release finds for each question, by vector store."""
    done = run_provider(release, action, running, database, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"')]
    found = [json.loads(line) for line in lines]
    return {name: each[name] for each in found for name in each}


@pytest.mark.parametrize("target", ["docs", "elsewhere"])
def test_a_search_finds_the_same_chunks(running, tmp_path, target):
    for database in {"docs", target}:
        running.create(database)
        with running.connect(database) as connection:
            connection.execute("CREATE EXTENSION vector")
    before = search(OLD, "fill", running, "docs", tmp_path)
    rows = {}
    for store in STORES:
        row = {**registered(f"pgvector={store}"), "type": "vector_db"}
        rows[REGISTERED.format(store)] = {**row, "source": "via_register_api"}
    make(tmp_path, {"registry.db": {"kvstore": rows}})
    for side in ("old", "new"):
        database = target if side == "new" else "docs"
        text = config(running, database, new=side == "new")
        (tmp_path / f"{side}.yaml").write_text(text)
    assert stackcfg("data", "verify", *UPGRADE, cwd=tmp_path).code == 1
    for action in ("copy", "verify", "copy"):
        done = stackcfg("data", action, *UPGRADE, cwd=tmp_path, HOME=str(tmp_path))
        assert done.code == 0, done.out + done.err
    after = search(NEW, "ask", running, target, tmp_path)
    for store, questions in before.items():
        assert {each["content"] for each in after[store][QUESTIONS[0]]} == set(TEXTS)
        for chunk in (chunk for found in questions.values() for chunk in found):
            chunk |= {"embedding_model": "stub/embed", "embedding_dimension": DIMENSION}
    assert after == before


@pytest.mark.parametrize(("length", "starts"), [(60, True), (61, False)])
def test_long_ids_are_those_with_which_the_new_server_does_not_start(
    running, tmp_path, length, starts
):
    store = "vs_" + "a" * (length - 3)
    database = f"long{length}"
    running.create(database)
    with running.connect(database) as connection:
        connection.execute("CREATE EXTENSION vector")
    done = run_provider(OLD, "fill", running, database, tmp_path, (store,))
    assert done.returncode == 0, done.stdout + done.stderr
    row = {**registered(f"pgvector={store}"), "type": "vector_db"}
    rows = {REGISTERED.format(store): {**row, "source": "via_register_api"}}
    make(tmp_path, {"registry.db": {"kvstore": rows}})
    for side in ("old", "new"):
        text = config(running, database, new=side == "new")
        (tmp_path / f"{side}.yaml").write_text(text)
    refused = stackcfg("data", "copy", *UPGRADE, cwd=tmp_path, HOME=str(tmp_path))
    assert (refused.code == 0) is starts, refused.out + refused.err
    # the rows are the same for 1.0.4, which starts with such a store
    words = ("old.yaml", "new.yaml", "--from", OLD, "--target", "1.0.4")
    copied = stackcfg("data", "copy", *words, cwd=tmp_path, HOME=str(tmp_path))
    assert copied.code == 0, copied.out + copied.err
    done = run_provider(NEW, "ask", running, database, tmp_path, (store,))
    assert (done.returncode == 0) is starts, done.stdout + done.stderr
    assert starts or "identifier too long" in done.stdout + done.stderr
