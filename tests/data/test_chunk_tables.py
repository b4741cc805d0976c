"""Tables of pgvector get the names by which the new release looks for them (R15), where these differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stackcfg.releases.rows import ChunkTables, chunk_tables
from stackcfg.releases.versions import parse_release
from tests.support.catalogs import CATALOG
from tests.support.databases import make
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, USER, Server, server
from tests.support.running import Done

PROVIDERS = """\
version: 2
image_name: demo
providers:
  vector_io:
  - provider_id: pgvector
    provider_type: remote::pgvector
    config: {ADDRESS, persistence: {backend: kv_default, namespace: v}}
  - provider_id: faiss
    provider_type: inline::faiss
    config: {persistence: {backend: kv_default, namespace: f}}
"""
CONFIG = (
    f"{PROVIDERS}{CATALOG}    prompts: {{backend: kv_default, namespace: prompts}}\n"
)
KEY = "distributions:registry:v10::vector_store:{}"
COMPLETE = {
    "content": "text",
    "chunk_id": "x",
    "chunk_metadata": {},
    "embedding": [],
    "embedding_model": "e",
    "embedding_dimension": 4,
}
INCOMPLETE = {"content": "text", "stored_chunk_id": "x"}


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        yield found


def prepare(
    running: Server, folder: Path, stores: dict[str, str], chunk: dict[str, Any]
) -> None:
    """Register stores (their provider by id), and make the tables of those of pgvector, as 0.6.1 does."""
    address = f"host: 127.0.0.1, port: {running.port}, db: old, user: {USER}, password: '{PASSWORD}'"
    for name in ("old.yaml", "new.yaml"):
        (folder / name).write_text(CONFIG.replace("ADDRESS", address))
    rows = {}
    for identifier, provider in stores.items():
        rows[KEY.format(identifier)] = {
            "identifier": identifier,
            "provider_id": provider,
            "type": "vector_store",
            "embedding_model": f"model of {identifier.lower()}",
            "embedding_dimension": 4,
        }
    make(folder, {"kvstore.db": {"kvstore": rows}})
    running.create("old")
    with running.connect("old") as connection:
        for name in {
            f"vs_{each}".replace("-", "_")
            for each, provider in stores.items()
            if provider == "pgvector"
        }:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {name} (id TEXT PRIMARY KEY, document JSONB, "
                "embedding FLOAT[], content_text TEXT, tokenized_content TSVECTOR)"
            )
            connection.execute(
                f"INSERT INTO {name} VALUES ('x', %s, '{{0.5, 1}}', 'text', 'text') ON CONFLICT DO NOTHING",
                (json.dumps(chunk),),
            )


def data(action: str, folder: Path, old: str, new: str, *more: str) -> Done:
    words = ("data", action, "old.yaml", "new.yaml", "--from", old, "--target", new)
    return run_here(*words, *more, cwd=folder, HOME=str(folder))


def tables(running: Server) -> dict[str, list[Any]]:
    with running.connect("old") as connection:
        query = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'vs%' ORDER BY 1"
        names = [name for (name,) in connection.execute(query)]
        return {
            name: connection.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
        }


ROW = ("x", COMPLETE, [0.5, 1.0], "text", "'text'")


def test_chunks_of_a_store_with_capitals_get_its_table(running, tmp_path):
    prepare(running, tmp_path, {"My-Docs": "pgvector"}, COMPLETE)
    done = data("verify", tmp_path, "0.5.2", "0.7.3")
    assert done.code == 1
    assert "vs_My_Docs x" in done.out
    done = data("plan", tmp_path, "0.5.2", "0.7.3")
    assert "Tables of pgvector keep the capitals" in done.out
    done = data("copy", tmp_path, "0.5.2", "0.7.3")
    assert done.code == 0, done.out + done.err
    assert tables(running) == {"vs_My_Docs": [ROW], "vs_my_docs": [ROW]}
    assert data("verify", tmp_path, "0.5.2", "0.7.3").code == 0
    # what is deleted afterwards stays deleted
    with running.connect("old") as connection:
        connection.execute('DELETE FROM "vs_My_Docs"')
    assert data("copy", tmp_path, "0.5.2", "0.7.3").code == 0
    assert tables(running)["vs_My_Docs"] == []
    assert data("copy", tmp_path, "0.5.2", "0.7.3", "--again").code == 0
    assert tables(running)["vs_My_Docs"] == [ROW]


def test_they_are_completed_in_their_new_table(running, tmp_path):
    """Also where two stores shared a table."""
    prepare(running, tmp_path, {"DOCS": "pgvector", "docs": "pgvector"}, INCOMPLETE)
    done = data(
        "copy", tmp_path, "0.3.5", "1.5.0", "--only", "vector_io pgvector chunks"
    )
    assert done.code == 0, done.out + done.err
    found = tables(running)
    models = {
        name: [row[1]["embedding_model"] for row in rows]
        for name, rows in found.items()
    }
    assert models == {"vs_DOCS": ["model of docs"], "vs_docs": ["model of docs"]}
    more = ("--only", "vector_io pgvector chunks")
    assert data("verify", tmp_path, "0.3.5", "1.5.0", *more).code == 0


@pytest.mark.parametrize(
    ("stores", "old", "new"),
    [
        ({"my-docs": "pgvector"}, "0.5.2", "0.7.3"),
        ({"My-Docs": "pgvector"}, "0.5.2", "0.6.1"),
        ({"My-Docs": "pgvector"}, "0.7.3", "1.5.0"),
        # the store with capitals is one of faiss
        ({"my-docs": "pgvector", "My-Docs": "faiss"}, "0.5.2", "0.7.3"),
    ],
)
def test_other_tables_stay_as_they_are(running, tmp_path, stores, old, new):
    prepare(running, tmp_path, stores, COMPLETE)
    more = ("--only", "vector_io pgvector chunks")
    done = data("copy", tmp_path, old, new, *more)
    if old == "0.5.2" and new == "0.7.3":
        assert done.code == 0, done.out + done.err
    assert tables(running) == {"vs_my_docs": [ROW]}


@pytest.mark.parametrize(
    ("provider", "length", "release", "starts"),
    [
        ("pgvector", 60, "1.5.0", True),
        ("pgvector", 61, "1.5.0", False),
        ("pgvector", 61, "1.1.0", False),
        ("pgvector", 61, "1.0.4", True),
        ("faiss", 61, "1.5.0", True),
    ],
)
def test_a_store_with_which_the_new_server_does_not_start_is_named_before(
    running, tmp_path, provider, length, release, starts
):
    name = "x" * length
    prepare(running, tmp_path, {name: provider}, COMPLETE)
    planned = data("plan", tmp_path, "0.7.3", release)
    assert planned.code == 0, planned.err
    assert ("have more than 60 characters" in planned.out) is not starts
    done = data("copy", tmp_path, "0.7.3", release, "--only", "metadata")
    assert ("nothing was copied" in done.err) is not starts
    assert name[:60] in done.err or starts
    verified = data("verify", tmp_path, "0.7.3", release, "--only", "metadata")
    assert (verified.code == 0) is starts, verified.out


@pytest.mark.parametrize(
    ("old", "new", "chunk", "table"),
    [
        ("0.7.3", "1.5.0", COMPLETE, "vs_my_docs"),
        ("0.3.5", "1.5.0", INCOMPLETE, "vs_My_Docs"),
    ],
)
def test_chunks_go_to_another_database(running, tmp_path, old, new, chunk, table):
    name = table.removeprefix("vs_").replace("_", "-")
    prepare(running, tmp_path, {name: "pgvector", "other": "faiss"}, chunk)
    with running.connect("old") as connection:
        connection.execute("CREATE TABLE vs_strange AS SELECT * FROM vs_my_docs")
    running.create("elsewhere")
    path = tmp_path / "new.yaml"
    path.write_text(path.read_text().replace("db: old", "db: elsewhere"))
    assert data("verify", tmp_path, old, new).code == 1
    planned = data("plan", tmp_path, old, new)
    assert "elsewhere table vs_" in planned.out
    before = tables(running)
    for action in ("copy", "verify", "copy"):
        done = data(action, tmp_path, old, new)
        assert done.code == 0, done.out + done.err
    assert tables(running) == before
    with running.connect("elsewhere") as connection:
        [row] = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        assert (row[0], *row[2:]) == (ROW[0], *ROW[2:])
        assert row[1]["embedding_model"]
        # tables of nobody stay
        assert not connection.execute("SELECT to_regclass('vs_strange')").fetchone()[0]
        connection.execute(f'UPDATE "{table}" SET embedding = NULL')
    done = data("verify", tmp_path, old, new)
    assert done.code == 1
    assert f"{table} x" in done.out
    done = data("copy", tmp_path, old, new, "--again")
    assert done.code == 3
    assert f"{table} x" in done.out
    with running.connect("elsewhere") as connection:
        connection.execute(f'DELETE FROM "{table}"')
    assert data("copy", tmp_path, old, new).code == 0
    assert data("verify", tmp_path, old, new).code == 1
    assert data("copy", tmp_path, old, new, "--again").code == 0
    assert data("verify", tmp_path, old, new).code == 0


def test_a_database_without_the_extension_is_one_line(running, tmp_path):
    prepare(running, tmp_path, {"docs": "pgvector"}, COMPLETE)
    running.create("elsewhere")
    path = tmp_path / "new.yaml"
    path.write_text(path.read_text().replace("db: old", "db: elsewhere"))
    with running.connect("old") as connection:
        connection.execute("CREATE DOMAIN vector AS FLOAT[]")
        connection.execute("ALTER TABLE vs_docs ALTER embedding TYPE vector")
    done = data("copy", tmp_path, "0.7.3", "1.5.0")
    assert done.code == 2
    assert "CREATE EXTENSION vector" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("identifier", "release", "name"),
    [
        ("A-b", "0.6.1", "vs_a_b"),
        ("A-b", "0.7.0", "vs_A_b"),
        ("ärger", "0.7.0", "vs__rger"),
        ("x" * 70, "0.3.0", f"vs_{'x' * 60}"),
    ],
)
def test_the_name_of_a_table(identifier, release, name):
    found = chunk_tables()["remote::pgvector"]
    assert isinstance(found, ChunkTables)
    assert found.name_table(identifier, parse_release(release)) == name
