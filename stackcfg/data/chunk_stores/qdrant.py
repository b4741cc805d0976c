"""Chunks in qdrant: the payload of points, in a collection for each vector store.

A payload has the chunk, its id, and since 0.5.0 its text, in which a
search for words looks (read in 0.2.23 to ogx 1.5.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

from stackcfg.data.chunk_stores.moves import StoredChunk
from stackcfg.runconfig.values import as_string

CLIENT: Final = "qdrant_client"
PAGE: Final = 500
CHUNK: Final = "chunk_content"
OWN_ID: Final = "_chunk_id"
TEXT: Final = "content_text"


class QdrantStore:
    """A folder of qdrant."""

    def __init__(self, path: str) -> None:
        client: Any = import_module(CLIENT)
        self._client = client.QdrantClient(path=path)

    def read(self) -> Iterator[StoredChunk]:
        """Yield every chunk."""
        for each in self._client.get_collections().collections:
            for point in self._points(each.name):
                payload = point.payload or {}
                content = payload.get(CHUNK)
                if isinstance(content, dict):
                    own_id = as_string(payload.get(OWN_ID))
                    yield StoredChunk(each.name, str(point.id), own_id, content)

    def _points(self, collection: str) -> Iterator[Any]:
        offset = None
        while True:
            page, offset = self._client.scroll(collection, limit=PAGE, offset=offset)
            yield from page
            if offset is None:
                return

    def write(self, chunks: Iterable[StoredChunk]) -> None:
        """Write the content of chunks of one collection."""
        for each in chunks:
            payload: dict[str, Any] = {CHUNK: dict(each.content)}
            text = each.content.get("content")
            if isinstance(text, str):
                payload[TEXT] = text
            self._client.set_payload(each.collection, payload, points=[each.id])

    def close(self) -> None:
        """Close the database."""
        self._client.close()
