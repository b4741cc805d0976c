"""Chunks in milvus: a JSON field of the entities in a collection for
each vector store (read in 0.2.23 to ogx 1.5.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

from stackcfg.data.chunk_stores.moves import StoredChunk
from stackcfg.data.stored_json import parse_object

CLIENT: Final = "pymilvus"
PAGE: Final = 500
KEY: Final = "chunk_id"
CHUNK: Final = "chunk_content"
KEPT: Final = ("content", "vector")
"""Fields that are written again as they are; milvus makes the others from them."""


class MilvusStore:
    """A database of milvus lite."""

    def __init__(self, path: str) -> None:
        client: Any = import_module(CLIENT)
        self._client = client.MilvusClient(uri=path)

    def read(self) -> Iterator[StoredChunk]:
        """Yield every chunk."""
        for name in self._client.list_collections():
            fields = self._client.describe_collection(name)["fields"]
            if not {KEY, CHUNK, *KEPT} <= {each["name"] for each in fields}:
                continue
            for entity in self._entities(name):
                content = entity[CHUNK]
                if isinstance(content, str):
                    content = parse_object(content)
                if isinstance(content, dict):
                    key = str(entity[KEY])
                    yield StoredChunk(name, key, key, content)

    def _entities(self, collection: str) -> Iterator[Any]:
        self._client.load_collection(collection)
        fields = [KEY, CHUNK]
        pages = self._client.query_iterator(
            collection, batch_size=PAGE, output_fields=fields
        )
        try:
            while page := pages.next():
                yield from page
        finally:
            pages.close()

    def write(self, chunks: Iterable[StoredChunk]) -> None:
        """Write the content of chunks of one collection."""
        chunks = list(chunks)
        collection = chunks[0].collection
        keys = [each.id for each in chunks]
        found = self._client.get(collection, ids=keys, output_fields=[KEY, *KEPT])
        by_key = {str(entity[KEY]): entity for entity in found}
        entities = []
        for each in chunks:
            kept = {name: by_key[each.id][name] for name in KEPT}
            entities.append({KEY: each.id, **kept, CHUNK: dict(each.content)})
        self._client.upsert(collection, data=entities)

    def close(self) -> None:
        """Close the database."""
        self._client.close()
