"""What a chunk is, and what each database can do with chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from stackcfg.data.stored_json import JsonObject


class StoredChunk(NamedTuple):
    """A chunk as it is stored: `id` is its key, `own_id` the chunk's own id."""

    collection: str
    id: str
    own_id: str
    content: JsonObject


class ChunkStore(Protocol):
    """An open database with chunks. Its methods raise errors of its client."""

    def read(self) -> Iterator[StoredChunk]:
        """Yield every chunk; what is no chunk of a server is left out."""

    def write(self, chunks: Iterable[StoredChunk]) -> None:
        """Write the content of chunks of one collection; their vectors stay."""

    def close(self) -> None:
        """Close the database."""
