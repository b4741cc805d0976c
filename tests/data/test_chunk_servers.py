"""Chunks on servers of their own: completed through their client, or the plan says what is left."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest

from tests.support.catalogs import CATALOG
from tests.support.databases import make
from tests.support.in_process import run_here
from tests.support.running import Done

FIND_CLIENT: Final = "stackcfg.data.chunk_stores.opening.find_spec"
CONFIG: Final = f"""\
version: 2
image_name: demo
providers:
  vector_io:
  - provider_id: chroma
    provider_type: remote::chromadb
    config: {{url: "http://chroma.example:8000", persistence: {{backend: kv_default, namespace: v}}}}
{CATALOG}    prompts: {{backend: kv_default, namespace: prompts}}
"""
KEY: Final = "distributions:registry:v10::vector_store:docs"
STORE: Final = {
    "identifier": "docs",
    "provider_id": "chroma",
    "type": "vector_store",
    "embedding_model": "all-mini",
    "embedding_dimension": 4,
}


class Collection:
    """A collection of the client of chroma."""

    name = "docs"

    def __init__(self) -> None:
        chunk = {"content": "text", "metadata": {"document_id": "d"}}
        self.documents = {"d:c-1": json.dumps(chunk), "strange": "no JSON"}
        self.embeddings = {"d:c-1": [0.5], "strange": [1.0]}

    def count(self) -> int:
        return len(self.documents)

    def get(self, ids: Any = None, **_page: Any) -> Any:
        keys = list(ids or self.documents)
        return {
            "ids": keys,
            "documents": [self.documents[key] for key in keys],
            "embeddings": [self.embeddings[key] for key in keys],
        }

    def update(self, ids: Any, documents: Any, embeddings: Any) -> None:
        self.documents |= dict(zip(ids, documents, strict=True))
        assert embeddings == [self.embeddings[key] for key in ids]


@pytest.fixture
def collection(monkeypatch: pytest.MonkeyPatch) -> Collection:
    """A server of chroma with one collection, in the place of the client."""
    found = Collection()

    def connect(host: str, port: int, **_settings: Any) -> Any:
        assert (host, port) == ("chroma.example", 8000)
        return SimpleNamespace(
            list_collections=lambda: [found],
            get_collection=lambda _name, **_: found,
        )

    client = SimpleNamespace(HttpClient=connect, Settings=lambda **_: None)
    monkeypatch.setitem(sys.modules, "chromadb", client)  # type: ignore[arg-type]
    monkeypatch.setattr(FIND_CLIENT, lambda _name: object())
    return found


def prepare(folder: Path, old: str = "", new: str = "") -> None:
    (folder / "old.yaml").write_text(CONFIG)
    (folder / "new.yaml").write_text(CONFIG.replace(old, new) if old else CONFIG)
    make(
        folder,
        {
            "kvstore.db": {
                "kvstore": {KEY: STORE, "vector_stores:chroma:v3::docs": STORE}
            }
        },
    )


def data(action: str, folder: Path, old: str = "0.3.5", new: str = "0.7.3") -> Done:
    words = ("data", action, "old.yaml", "new.yaml", "--from", old, "--target", new)
    return run_here(*words, cwd=folder, HOME=str(folder))


def test_chunks_on_a_server_of_chroma_are_completed(tmp_path, collection):
    prepare(tmp_path)
    planned = data("plan", tmp_path)
    assert "chunks of 'vector_io chroma' are completed for 0.7.3" in planned.out
    assert data("verify", tmp_path).code == 1
    assert data("copy", tmp_path).code == 0
    chunk = json.loads(collection.documents["d:c-1"])
    assert (chunk["chunk_id"], chunk["embedding_model"]) == ("c-1", "all-mini")
    assert collection.documents["strange"] == "no JSON"
    assert data("verify", tmp_path).code == 0
    assert data("copy", tmp_path).code == 0


def test_without_the_client_the_plan_says_what_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(FIND_CLIENT, lambda _name: None)
    prepare(tmp_path)
    done = data("copy", tmp_path)
    assert done.code == 3
    assert "install chromadb here" in done.out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://chroma.example:8000", "http://other.example:8000"),
        ("remote::chromadb", "remote::weaviate"),
    ],
)
@pytest.mark.parametrize("source", ["0.3.5", "0.5.2"])
def test_chunks_that_go_to_another_server_are_named(
    tmp_path, collection, source, old, new
):
    prepare(tmp_path, old=old, new=new)
    before = dict(collection.documents)
    done = data("copy", tmp_path, source)
    assert done.code == 3
    assert "another server of chunks" in done.out
    assert collection.documents == before


def test_complete_chunks_on_the_same_server_need_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(FIND_CLIENT, lambda _name: None)
    prepare(tmp_path)
    assert data("copy", tmp_path, "0.5.2").code == 0
