"""Completes chunks for a release (R4), and compares them with the old ones.

A database is opened where it is only to be written. To be read it is
opened as a copy, since clients write into what they open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

from stackcfg.data.chunk_stores.moves import ChunkCounts, ChunkMove, StoredChunk
from stackcfg.data.chunk_stores.opening import opened
from stackcfg.data.disk.copying import find_files, path_below
from stackcfg.data.disk.moves import FileMove
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.row_rules.chunks import complete_chunk
from stackcfg.data.stored_json import JsonObject
from stackcfg.system.file_copies import copy_new
from stackcfg.system.files import free_bytes

NOT_KEPT: Final = re.compile("[^a-zA-Z0-9_]")

NamedChunk = tuple[tuple[str, str], StoredChunk]
"""A chunk with its collection and its key there."""

Stores = Mapping[str, JsonObject]
"""The registered vector stores by their id."""


def complete_chunks(move: ChunkMove, stores: Stores) -> ChunkCounts:
    """Complete the chunks of a database where they are.

    Raises `DatabaseError`.
    """
    counts = ChunkCounts(move)
    changed: list[StoredChunk] = []
    with opened(move.provider_type, move.files.target) as store:
        for chunk in store.read():
            counts.chunks += 1
            complete = _complete(chunk, stores)
            if complete.content != chunk.content:
                changed.append(complete)
        for part in _parts(changed):
            store.write(part)
            counts.completed += len(part)
    counts.present = counts.chunks - counts.completed
    return counts


PART: Final = 100
"""Chunks that are written at once."""


def _parts(chunks: list[StoredChunk]) -> Iterator[list[StoredChunk]]:
    for _, group in groupby(chunks, lambda each: each.collection):
        same = list(group)
        for start in range(0, len(same), PART):
            yield same[start : start + PART]


def _complete(chunk: StoredChunk, stores: Stores) -> StoredChunk:
    store = _store_of(chunk.collection, stores)
    content = complete_chunk(chunk.content, store, chunk.own_id)
    return chunk._replace(content=content)


def _store_of(collection: str, stores: Stores) -> JsonObject:
    for identifier, store in stores.items():
        if collection in (identifier, as_collection_name(identifier)):
            return store
    return {}


def as_collection_name(identifier: str) -> str:
    """Return the id of a vector store as a collection of milvus is called."""
    return NOT_KEPT.sub("_", identifier)


def check_chunks(move: ChunkMove, stores: Stores) -> ChunkCounts:
    """Compare what the chunks must become with those that are there.

    Raises `DatabaseError`, `FileError`.
    """
    counts = ChunkCounts(move)
    read = _read if move.is_remote else _read_copy
    found = dict(read(move, move.files.target))
    wanted = found
    if not move.files.in_place:
        wanted = dict(_read_copy(move, move.files.source))
    for key, chunk in wanted.items():
        counts.chunks += 1
        name = " ".join(key)
        if key not in found:
            counts.missing.append(name)
        elif found[key].content != _complete(chunk, stores).content:
            counts.differing.append(name)
        else:
            counts.present += 1
    return counts


def _read(move: ChunkMove, address: str) -> Iterator[NamedChunk]:
    with opened(move.provider_type, address) as store:
        for chunk in store.read():
            yield (chunk.collection, chunk.id), chunk


def _read_copy(move: ChunkMove, path: str) -> Iterator[NamedChunk]:
    files = find_files(FileMove(move.store, path, path))
    if files is None:
        return
    _check_room(path, files.bytes)
    with TemporaryDirectory(prefix="stackcfg-") as folder:
        copy = os.path.join(folder, os.path.basename(path))
        for name in files.sizes:
            copy_new(path_below(path, name), path_below(copy, name))
        yield from _read(move, copy)


def _check_room(path: str, size: int) -> None:
    folder = gettempdir()
    if free_bytes(folder) < size:
        reason = f"the disk of {folder} has no room for a copy to read ({size:,} bytes)"
        raise DatabaseError(path, reason, "name another folder with TMPDIR")
