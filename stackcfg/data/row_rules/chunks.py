"""Chunks get an id, metadata and the model of their embedding (0.4.0).

Until 0.3.5 a chunk holds its id as `stored_chunk_id` or in `chunk_metadata`, which may be null, and there also the
model and the dimension of its embedding. From 0.4.0 on `chunk_id`, `chunk_metadata`, `embedding_model` and
`embedding_dimension` are required: the server does not start once faiss loads an index with a chunk that lacks one, and
the content of a file in a vector store is not found. What is missing is added; what the old server reads stays.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules.registered_resources import as_object
from stackcfg.data.upgrade import Upgrade

INDEX: Final = "faiss_index:"
CONTENTS: Final = "openai_vector_stores_files_contents:"
KEYS: Final = (INDEX, CONTENTS)

UNKNOWN: Final = "unknown"
"""What the servers themselves write for a model that nobody noted down."""


def rows(key: str, value: str, upgrade: Upgrade) -> Iterator[KvRow | Skipped]:
    """The row with what its chunks lack."""
    found = as_object(value)
    if found is None:
        yield Skipped("not a JSON object", needs_action=True)
        return
    store = upgrade.vector_stores.get(key.partition("::")[2].partition(":")[0], {})
    done = (
        _completed_index(found, store)
        if key.startswith(INDEX)
        else completed_chunk(found, store)
    )
    yield KvRow(key, value if done is None else json.dumps(done, ensure_ascii=True))


def completed_text(text: str, store: Mapping[str, Any]) -> str | None:
    """The JSON text of a chunk with what it lacks, by its registered vector store; None where it lacks nothing or is
    no JSON object.
    """
    chunk = as_object(text)
    done = completed_chunk(chunk, store) if chunk is not None else None
    return (
        None
        if done is None
        else json.dumps(done, separators=(",", ":"), ensure_ascii=False)
    )


def completed_chunk(
    chunk: dict[str, Any], store: Mapping[str, Any]
) -> dict[str, Any] | None:
    """A chunk with what it lacks, by its registered vector store; None where it lacks nothing."""
    metadata = chunk.get("chunk_metadata")
    known = metadata if isinstance(metadata, dict) else {}
    embedding = chunk.get("embedding")
    wanted: dict[str, Callable[[], Any]] = {
        "chunk_id": lambda: (
            chunk.get("stored_chunk_id") or known.get("chunk_id") or _made_id(chunk)
        ),
        "chunk_metadata": dict,
        "embedding": list,
        "embedding_model": lambda: (
            known.get("chunk_embedding_model")
            or store.get("embedding_model")
            or UNKNOWN
        ),
        "embedding_dimension": lambda: (
            known.get("chunk_embedding_dimension")
            or len(embedding or ())
            or store.get("embedding_dimension")
            or 0
        ),
    }
    lacking = {name: make() for name, make in wanted.items() if chunk.get(name) is None}
    return {**chunk, **lacking} if lacking else None


def _made_id(chunk: dict[str, Any]) -> str:
    """The id that the old server made up for a chunk without one, from its document and its text."""
    metadata = chunk.get("metadata")
    document = metadata.get("document_id") if isinstance(metadata, dict) else None
    content = chunk.get("content")
    text = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
    return str(
        uuid.UUID(hashlib.sha256(f"{document or ''}:{text}".encode()).hexdigest()[:32])
    )


def _completed_index(
    index: dict[str, Any], store: Mapping[str, Any]
) -> dict[str, Any] | None:
    """A faiss index, in which each chunk is a JSON text, with what its chunks lack."""
    chunks = index.get("chunk_by_index")
    if not isinstance(chunks, dict):
        return None
    done = {
        name: completed_text(text, store)
        for name, text in chunks.items()
        if isinstance(text, str)
    }
    changed = {name: text for name, text in done.items() if text is not None}
    return {**index, "chunk_by_index": {**chunks, **changed}} if changed else None
