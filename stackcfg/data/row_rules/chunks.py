"""Chunks get an id, metadata and the model of their embedding (0.4.0).

Until 0.3.5 a chunk holds its id as `stored_chunk_id` or in
`chunk_metadata`, which may be null, and there also the model and the
dimension of its embedding. From 0.4.0 on `chunk_id`, `chunk_metadata`,
`embedding_model` and `embedding_dimension` are required: the server
does not start once faiss loads an index with a chunk that lacks one,
and the content of a file in a vector store is not found. Missing fields
are added; the fields that the old server reads stay.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Any, Final

from stackcfg.data.row_rule import NOT_AN_OBJECT, KvRow, KvRows, KvRule
from stackcfg.data.stored_json import JsonObject, dump_compact, parse_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.paths import as_list, as_mapping
from stackcfg.releases.rows import VECTOR_IO

INDEX: Final = "faiss_index:"
CONTENTS: Final = "openai_vector_stores_files_contents:"
CHUNKS_OF_INDEX: Final = "chunk_by_index"
UNKNOWN_MODEL: Final = "unknown"
"""What the servers write themselves for a model that was not stored."""


def convert(key: str, value: str, upgrade: Upgrade) -> KvRows:
    """Return the row with complete chunks."""
    found = parse_object(value)
    if found is None:
        return [NOT_AN_OBJECT]
    name = key.partition("::")[2].partition(":")[0]
    store = upgrade.vector_stores.get(name, {})
    complete = _complete_index if key.startswith(INDEX) else complete_chunk
    done = complete(found, store)
    if done != found:
        value = json.dumps(done, ensure_ascii=True)
    return [KvRow(key, value)]


def complete_text(text: str, store: JsonObject, own_id: str = "") -> str:
    """Return the JSON text of a chunk, completed by its registered vector store.

    `own_id` is the id under which the chunk is stored, if it has one. A
    string that lacks nothing, or holds no JSON object, stays as it is.
    """
    chunk = parse_object(text)
    if chunk is None:
        return text
    done = complete_chunk(chunk, store, own_id)
    return text if done == chunk else dump_compact(done)


def complete_chunk(
    chunk: JsonObject, store: JsonObject, own_id: str = ""
) -> JsonObject:
    """Return a chunk, completed by its registered vector store.

    A chunk that was stored without an id got one that cannot be made
    again: `own_id`, under which the new server would delete or replace
    it.
    """
    metadata = as_mapping(chunk.get("chunk_metadata"))
    embedding = as_list(chunk.get("embedding"))
    models = (metadata.get("chunk_embedding_model"), store.get("embedding_model"))
    dimensions = (
        metadata.get("chunk_embedding_dimension"),
        len(embedding),
        store.get("embedding_dimension"),
    )
    ids = (chunk.get("stored_chunk_id"), own_id, metadata.get("chunk_id"))
    defaults = {
        "chunk_id": _first(ids),
        "chunk_metadata": {},
        "embedding": [],
        "embedding_model": _first(models) or UNKNOWN_MODEL,
        "embedding_dimension": _first(dimensions) or 0,
    }
    missing = {
        name: value for name, value in defaults.items() if chunk.get(name) is None
    }
    if missing.get("chunk_id", "") is None:
        missing["chunk_id"] = _make_id(chunk)
    return {**chunk, **missing}


def _first(values: Iterable[Any]) -> Any:
    return next(filter(None, values), None)


def _make_id(chunk: JsonObject) -> str:
    """Return the id that the old server makes for a chunk without one."""
    document = as_mapping(chunk.get("metadata")).get("document_id") or ""
    content = chunk.get("content")
    if not isinstance(content, str):
        content = json.dumps(content, sort_keys=True)
    digest = hashlib.sha256(f"{document}:{content}".encode()).hexdigest()
    return str(uuid.UUID(digest[:32]))


def _complete_index(index: JsonObject, store: JsonObject) -> JsonObject:
    """Return a faiss index with complete chunks, each a JSON text."""
    chunks = index.get(CHUNKS_OF_INDEX)
    if not isinstance(chunks, dict):
        return index
    done = {
        name: complete_text(text, store)
        for name, text in chunks.items()
        if isinstance(text, str)
    }
    return {**index, CHUNKS_OF_INDEX: {**chunks, **done}}


RULE: Final = KvRule(
    id="R4",
    page=__doc__,
    uses=(VECTOR_IO,),
    since=((0, 4, 0),),
    keys=(INDEX, CONTENTS),
    convert=convert,
)
