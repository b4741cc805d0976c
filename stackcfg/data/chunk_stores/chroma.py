"""Chunks in chroma: documents of a collection for each vector store.

The id of a document is `DOCUMENT:CHUNK` (read in 0.2.23 to ogx 1.5.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

from stackcfg.data.chunk_stores.moves import StoredChunk
from stackcfg.data.stored_json import dump_compact, parse_object
from stackcfg.paths import as_mapping
from stackcfg.runconfig.values import as_string

CLIENT: Final = "chromadb"
PAGE: Final = 500


class ChromaStore:
    """A folder or a server of chroma, through its client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def _collection(self, name: str) -> Any:
        # without a function of its own it would fetch a model
        return self._client.get_collection(name, embedding_function=None)

    def read(self) -> Iterator[StoredChunk]:
        """Yield every chunk."""
        for each in self._client.list_collections():
            name = as_string(getattr(each, "name", each))
            collection = self._collection(name)
            for start in range(0, collection.count(), PAGE):
                include = ["documents"]
                page = collection.get(limit=PAGE, offset=start, include=include)
                texts = page["documents"] or []
                for key, text in zip(page["ids"], texts, strict=True):
                    content = parse_object(text or "")
                    if content is not None:
                        own_id = _own_id(key, content)
                        yield StoredChunk(name, key, own_id, content)

    def write(self, chunks: Iterable[StoredChunk]) -> None:
        """Write the content of chunks of one collection."""
        chunks = list(chunks)
        collection = self._collection(chunks[0].collection)
        keys = [each.id for each in chunks]
        include = ["embeddings"]
        found = collection.get(ids=keys, include=include)
        # they come in an order of their own
        by_key = dict(zip(found["ids"], found["embeddings"], strict=True))
        collection.update(
            ids=keys,
            documents=[dump_compact(each.content) for each in chunks],
            embeddings=[by_key[key] for key in keys],
        )

    def close(self) -> None:
        """Close the database."""
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def open_folder(path: str) -> ChromaStore:
    """Open the database of `inline::chromadb`."""
    chroma: Any = import_module(CLIENT)
    settings = chroma.Settings(anonymized_telemetry=False)
    return ChromaStore(chroma.PersistentClient(path=path, settings=settings))


def open_server(address: str) -> ChromaStore:
    """Connect to the server of `remote::chromadb`.

    As the providers of 0.2.23 to ogx 1.5.0 do: they read only host and
    port.
    """
    chroma: Any = import_module(CLIENT)
    settings = chroma.Settings(anonymized_telemetry=False)
    url = urlsplit(address)
    client = chroma.HttpClient(host=url.hostname, port=url.port, settings=settings)
    return ChromaStore(client)


def _own_id(key: str, content: Any) -> str:
    document = as_string(as_mapping(content.get("metadata")).get("document_id"))
    return key.removeprefix(f"{document}:")
