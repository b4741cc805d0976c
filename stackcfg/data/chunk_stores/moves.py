"""Databases whose chunks are completed, and what became of the chunks."""

from __future__ import annotations

from dataclasses import dataclass

from stackcfg.data.disk.moves import FileMove, Found


@dataclass(frozen=True, slots=True)
class ChunkMove:
    """A database whose chunks are completed: where its files are and will be.

    `is_remote`: it is on a server, and the path of the files is its address.
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
