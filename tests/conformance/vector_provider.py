"""Run with the python of a release: fills or asks its own vector_io providers, with embeddings by a stub.

    python vector_provider.py fill|ask FOLDER NAME...

A vector store has the id `vs_NAME`, or another one: `NAME=ID`.

Prints what a search finds, as JSON: for each provider and question, the chunks in their order, with scores. It is a
program of its own, since the release is not installed where the tests run.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
import math
import os
import sys
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

DIMENSION = 8
TEXTS = ("Zanzibar is an island.", "The quick brown fox.", "Ein Würfel, ganz grün.")
QUESTIONS = ("zanzibar island", "brown fox", "grün")
OLD = "llama_stack.apis.vector_io"
FIELDS = {
    "faiss": {},
    "sqlite-vec": {"db_path": "vec.db"},
    "chroma": {"db_path": "chroma"},
    "qdrant": {"path": "qdrant"},
    "milvus": {"db_path": "milvus.db"},
    "pgvector": {},
    "chroma-server": {},
}
REMOTE = ("host", "port", "db", "user", "password")
"""The fields of a provider on a server; their values are in the environment, as `PGVECTOR_HOST` and so on."""


def embed(text: str) -> list[float]:
    """Return the vector of a text: the same for the same words, of length 1."""
    vector = [0.0] * DIMENSION
    for word in text.lower().replace(".", "").replace(",", "").split():
        digest = hashlib.sha256(word.encode()).digest()
        for index in range(DIMENSION):
            vector[index] += digest[index] / 255.0 - 0.5
    length = math.sqrt(sum(each * each for each in vector)) or 1.0
    return [each / length for each in vector]


class Inference:
    """Answers a request for embeddings, in the form of any release."""

    async def openai_embeddings(self, *given: Any, **fields: Any) -> Any:
        # until 0.3 a model and texts, later one request
        texts = fields.get("input", getattr(given[0], "input", given[-1]))
        texts = [texts] if isinstance(texts, str) else texts
        data = [SimpleNamespace(embedding=embed(text)) for text in texts]
        return SimpleNamespace(data=data)

    embeddings = openai_embeddings


def module(name: str) -> Any:
    __import__(name)
    return sys.modules[name]


def is_old() -> bool:
    try:
        module("llama_stack.apis.vector_dbs")
    except ImportError:
        return False
    return True


def provider(name: str, folder: str) -> Any:
    """Return the provider of a release, not started yet."""
    package = "llama_stack" if is_old() else "ogx"
    name = name.partition("=")[0]
    file = f"{folder}/{name}.kv.db"
    fields = {key: f"{folder}/{path}" for key, path in FIELDS[name].items()}
    if name == "pgvector":
        fields = {key: os.environ[f"PGVECTOR_{key.upper()}"] for key in REMOTE}
    if name == "chroma-server":
        fields = {"url": os.environ["CHROMA_URL"]}
    kind = name.removesuffix("-server").replace("-", "_")
    side = "remote" if name in ("pgvector", "chroma-server") else "inline"
    config = module(f"{package}.providers.{side}.vector_io.{kind}.config")
    [model] = [
        each
        for key, each in vars(config).items()
        if key.endswith("VectorIOConfig") and each.__module__ == config.__name__
    ]
    if is_old():
        settings = model(kvstore={"type": "sqlite", "db_path": file}, **fields)
    else:
        backend(file)
        # ogx 1.0.4 to 1.5.0 read this field of `inline::chromadb`, and have none
        if "metadata_store" not in model.model_fields:
            model.metadata_store = None
        reference = {"backend": "kv_default", "namespace": ""}
        settings = model(persistence=reference, **fields)
    place = "inline" if name in ("faiss", "sqlite-vec") else "remote"
    adapters = module(f"{package}.providers.{place}.vector_io.{kind}.{kind}")
    [adapter] = [
        each
        for key, each in vars(adapters).items()
        if key.endswith("VectorIOAdapter") and each.__module__ == adapters.__name__
    ]
    names = inspect.signature(adapter.__init__).parameters
    given = {"config": settings, "inference_api": Inference(), "files_api": None}
    return adapter(**{key: each for key, each in given.items() if key in names})


def backend(file: str) -> None:
    """Register the KV backend that a reference names."""
    storage = module("ogx.core.storage.datatypes")
    kvstore = module("ogx.core.storage.kvstore")
    found = getattr(kvstore, "register_kvstore_backends", None)
    if found is None:
        found = module("ogx.core.storage.kvstore.kvstore").register_kvstore_backends
    found({"kv_default": storage.SqliteKVStoreConfig(type="kv_sqlite", db_path=file)})


def store_of(name: str) -> str:
    """Return the id of the vector store of a provider."""
    kind, _, identifier = name.partition("=")
    return identifier or f"vs_{kind}"


def registered(name: str) -> dict[str, Any]:
    """Return the vector store of a provider, as it is registered."""
    return {
        "identifier": store_of(name),
        "provider_id": name.partition("=")[0],
        "provider_resource_id": store_of(name),
        "embedding_model": "stub/embed",
        "embedding_dimension": DIMENSION,
    }


async def fill(name: str, folder: str) -> None:
    """Fill a provider with chunks: with an id of their own, with a document, and with neither."""
    found = provider(name, folder)
    await found.initialize()
    databases = module("llama_stack.apis.vector_dbs")
    await found.register_vector_db(databases.VectorDB(**registered(name)))
    chunk = module(OLD).Chunk
    metadata = {
        "document_id": "d-2",
        "chunk_embedding_model": "stub/embed",
        "chunk_embedding_dimension": DIMENSION,
    }
    chunks = [
        chunk(content=TEXTS[0], metadata={"document_id": "d-1", "n": 1, "ü": "ä"}),
        chunk(
            content=TEXTS[1],
            metadata={"document_id": "d-2"},
            chunk_id="own-id",
            chunk_metadata=metadata,
        ),
        chunk(content=TEXTS[2], metadata={"language": "de"}, stored_chunk_id="third"),
    ]
    for each in chunks:
        each.embedding = embed(each.content)
    await found.insert_chunks(store_of(name), chunks)
    print(json.dumps({name: await search(found, store_of(name))}, ensure_ascii=False))
    await stop(found)


async def ask(name: str, folder: str) -> None:
    found = provider(name, folder)
    await found.initialize()
    print(json.dumps({name: await search(found, store_of(name))}, ensure_ascii=False))
    await stop(found)


async def stop(found: Any) -> None:
    stopped = getattr(found, "shutdown", None)
    if stopped is not None:
        await stopped()


async def search(found: Any, store: str) -> dict[str, Any]:
    """Return what a provider finds for each question."""
    result = {}
    for question in QUESTIONS:
        params = {"max_chunks": 3, "score_threshold": -1.0}
        if is_old():
            done = await found.query_chunks(store, question, params)
        else:
            api = module("ogx_api")
            request = api.QueryChunksRequest(
                vector_store_id=store, query=question, params=params
            )
            done = await found.query_chunks(request)
        result[question] = [
            {**describe(chunk), "score": round(score, 5)}
            for chunk, score in zip(done.chunks, done.scores, strict=True)
        ]
    return result


def describe(chunk: Any) -> dict[str, Any]:
    """Return what a chunk of any release says."""
    metadata = chunk.chunk_metadata
    of_backend = {} if metadata is None else metadata.model_dump(exclude_none=True)
    model = of_backend.pop("chunk_embedding_model", None)
    dimension = of_backend.pop("chunk_embedding_dimension", None)
    return {
        "content": chunk.content,
        "chunk_id": chunk.chunk_id,
        "metadata": chunk.metadata,
        "chunk_metadata": of_backend,
        "embedding_model": getattr(chunk, "embedding_model", model),
        "embedding_dimension": getattr(chunk, "embedding_dimension", dimension),
        "embedding": [round(each, 5) for each in chunk.embedding or ()],
    }


def find_encodings() -> str:
    """Return the folder in which litellm brings the encodings that a server would fetch."""
    spec = find_spec("litellm")
    if spec is None or not spec.submodule_search_locations:
        return ""
    [folder] = spec.submodule_search_locations
    return os.path.join(folder, "litellm_core_utils", "tokenizers")


if __name__ == "__main__":
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", find_encodings())
    action, folder, *names = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for each in names:
        asyncio.run({"fill": fill, "ask": ask}[action](each, folder))
