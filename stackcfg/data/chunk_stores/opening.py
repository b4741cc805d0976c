"""Opens databases with chunks by the type of their provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Final, NamedTuple

from stackcfg.data.chunk_stores import chroma, milvus, qdrant
from stackcfg.data.chunk_stores.moves import ChunkStore
from stackcfg.data.engines.protocol import DatabaseError


class Client(NamedTuple):
    """How a kind of database is opened, and the package that it needs.

    `address` is the field of a provider's config that names the server,
    if the database is on one.
    """

    module: str
    package: str
    open: Callable[[str], ChunkStore]
    address: str = ""


CLIENTS: Final[Mapping[str, Client]] = {
    "inline::chromadb": Client(chroma.CLIENT, "chromadb", chroma.open_folder),
    "remote::chromadb": Client(chroma.CLIENT, "chromadb", chroma.open_server, "url"),
    "inline::qdrant": Client(qdrant.CLIENT, "qdrant-client", qdrant.QdrantStore),
    "inline::milvus": Client(
        milvus.CLIENT, "pymilvus[milvus-lite]", milvus.MilvusStore
    ),
}


def find_missing_package(provider_type: str) -> str:
    """Return what must be installed to open a database; empty if nothing."""
    client = CLIENTS[provider_type]
    return "" if find_spec(client.module) else client.package


@contextmanager
def opened(provider_type: str, path: str) -> Iterator[ChunkStore]:
    """Open a database with chunks. Raises `DatabaseError`."""
    try:
        store = CLIENTS[provider_type].open(path)
        try:
            yield store
        finally:
            store.close()
    except (DatabaseError, KeyboardInterrupt):
        raise
    except Exception as error:  # whatever a client raises
        first = str(error).strip().partition("\n")[0] or type(error).__name__
        hint = "install the client in the version that the new server uses"
        if CLIENTS[provider_type].address:
            hint = "see whether this server runs, and lets you in"
        raise DatabaseError(
            path, f"cannot be opened or written ({first})", hint
        ) from None
