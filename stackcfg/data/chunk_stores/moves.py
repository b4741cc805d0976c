"""Chunks, the databases whose chunks are completed, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from stackcfg.data.disk.moves import FileMove, Found
from stackcfg.data.stored_json import JsonObject


@dataclass(frozen=True, slots=True)
class ChunkMove:
    """A database whose chunks are completed: where its files are and will be.

    `is_remote`: it is on a server, and the path of the files is its
    address.
    """

    provider_type: str
    files: FileMove
    is_remote: bool = False

    @property
    def store(self) -> str:
        """Return the name of the store in reports."""
        return f"{self.files.store} chunks"


@dataclass(slots=True)
class ChunkCounts(Found):
    """How many chunks a database has, and how many were completed or verified."""

    move: ChunkMove
    chunks: int = 0
    completed: int = 0


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
