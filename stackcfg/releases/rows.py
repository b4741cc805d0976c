"""The kinds of stored rows: which keys and tables each user of a store writes.

The facts are in `facts/rows.json`, read in the packages of 0.1.9 to ogx
1.5.0 and seen in databases of running servers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.releases.versions import (
    Release,
    last_release_of,
    parse_release,
    read_facts,
)

METADATA: Final = "metadata"
VECTOR_IO: Final = "vector_io"
"""Uses of stores: of the server for its registry, of providers of vector stores."""


class RowKind(NamedTuple):
    """The rows of one use of a store.

    `prefixes` begin its keys in a KV store. `table` is its table after
    it moved to SQL; `further` are tables with fixed names beside the
    one that a reference names. `passing` says why the rows need not be
    moved; `unread` does, for releases from `unread_since` on: these
    have the store, and read nothing of it.
    """

    use: str
    rows: str
    prefixes: tuple[str, ...] = ()
    table: str = ""
    further: tuple[str, ...] = ()
    passing: str = ""
    unread_since: str = ""
    unread: str = ""

    def reason_to_stay(self, target: Release) -> str:
        """Return why a release needs none of the rows; empty if it reads them."""
        if self.unread and target >= parse_release(self.unread_since):
            return self.unread
        return self.passing


@cache
def row_kind(use: str) -> RowKind:
    """Return the kind of rows of a use; it has only a name if unknown."""
    for row in read_facts("rows.json")["kinds"]:
        if row["use"] == use:
            prefixes = tuple(row.get("prefixes", ()))
            further = tuple(row.get("further", ()))
            return RowKind(**{**row, "prefixes": prefixes, "further": further})
    return RowKind(use, "rows")


ORDERED_TABLES: Final = frozenset({"conversation_items"})
"""Tables whose rows a server lists as they were stored, where their times are equal."""

NOT_IN_NAMES: Final = re.compile("[^a-zA-Z0-9_]")
LONGEST_NAME: Final = 63
"""PostgreSQL cuts longer names, quoted or not."""

MOST_INDEXED: Final = 2000
"""Numbers in the vectors that pgvector makes an index of."""


class ChunkTables(NamedTuple):
    """Tables with chunks of a vector_io provider, outside of its KV store.

    `field` of the provider's config names the sqlite file; without one,
    its config is that of a connection. Before the release
    `quoted_since`, the database makes small letters of the capitals in
    names. Since the release `exact_since`, the server asks for the
    index of a table by its whole name, and does not start where this is
    longer than names can be.
    """

    engine: str
    prefix: str
    id: str
    chunk: str
    field: str = ""
    quoted_since: str = ""
    exact_since: str = ""

    @property
    def longest_id(self) -> int:
        """Return how many characters the id of a store can have."""
        return LONGEST_NAME - len(self.prefix)

    def is_refused(self, identifier: str, dimension: int, release: Release) -> bool:
        """Return whether a release does not start with a vector store."""
        if not self.exact_since or release < parse_release(self.exact_since):
            return False
        # only vectors of so many numbers have an index
        return len(identifier) > self.longest_id and dimension <= MOST_INDEXED

    def name_table(self, identifier: str, release: Release) -> str:
        """Return the table of a vector store, as a release names it."""
        name = self.prefix + NOT_IN_NAMES.sub("_", identifier)
        if not self.quoted_since:
            return name
        if release < parse_release(self.quoted_since):
            name = name.lower()
        return name[:LONGEST_NAME]


@cache
def chunk_tables() -> Mapping[str, ChunkTables | None]:
    """Return the chunk tables by provider type; None if never opened."""
    rows = read_facts("rows.json")["chunk_tables"].items()
    return {provider_type: row and ChunkTables(**row) for provider_type, row in rows}


@cache
def chunk_tables_before() -> Mapping[str, ChunkTables]:
    """Return the chunk tables of 0.2.14, before those had KV stores."""
    rows = read_facts("rows.json")["chunk_tables_before"]
    return {provider_type: ChunkTables(**row) for provider_type, row in rows.items()}


class ListTable(NamedTuple):
    """The table of vector stores in the file that a provider's `field` names."""

    field: str
    name: str


def list_table(provider_type: str) -> ListTable | None:
    """Return where a provider listed vector stores until 0.2.14."""
    row = read_facts("rows.json")["list_tables"].get(provider_type)
    return row and ListTable(**row)


def vector_store_key(provider_type: str) -> str:
    """Return the prefix of keys of vector stores (0.3.0), or empty."""
    return str(read_facts("rows.json")["vector_store_keys"].get(provider_type, ""))


class ResourceType(NamedTuple):
    """A type of resources: the API of its providers, its list, its id, its end."""

    type: str
    api: str
    list: str
    id: str
    until: Release


class Registry(NamedTuple):
    """The keys of registered resources, `PREFIX VERSION::TYPE:IDENTIFIER`.

    `versions` are the key versions, oldest first, by their first
    release. What is renamed was renamed in 0.3.0.
    """

    prefix: str
    versions: Mapping[str, Release]
    renamed_types: Mapping[str, str]
    renamed_fields: Mapping[str, str]
    types: Mapping[str, ResourceType]

    def version_of(self, version: Release) -> str:
        """Return the key version that a release reads and writes."""
        return [name for name, since in self.versions.items() if since <= version][-1]


@cache
def registry() -> Registry:
    """Return the keys of registered resources."""
    facts: Mapping[str, Any] = read_facts("rows.json")["registry"]
    versions = {
        row["version"]: parse_release(row["since"]) for row in facts["versions"]
    }
    types: dict[str, ResourceType] = {}
    for row in facts["types"]:
        until = last_release_of(row)
        types[row["type"]] = ResourceType(**{**row, "until": until})
    return Registry(**{**facts, "versions": versions, "types": types})
