"""The kinds of stored rows: which keys and tables each user of a store writes.

The facts are in `facts/rows.json`, read in the packages of 0.1.9 to ogx 1.5.0 and seen
in databases of running servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stackcfg.releases.versions import Release, parse_release, read_facts


@dataclass(frozen=True, slots=True)
class RowKind:
    """The rows of one use of a store.

    `prefixes` begin its keys in a KV store. `table` is its table after it moved to SQL;
    `further` are tables with fixed names beside the one that a reference names.
    `passing` says why the rows need not be moved.
    """

    use: str
    rows: str
    prefixes: tuple[str, ...] = ()
    table: str = ""
    further: tuple[str, ...] = ()
    passing: str = ""


@cache
def row_kinds() -> Mapping[str, RowKind]:
    """Return every kind of rows by its use."""
    rows = read_facts("rows.json")["kinds"]
    return {row["use"]: _read_kind(row) for row in rows}


def _read_kind(row: Mapping[str, Any]) -> RowKind:
    prefixes = tuple(row.get("prefixes", ()))
    further = tuple(row.get("further", ()))
    return RowKind(**{**row, "prefixes": prefixes, "further": further})


def row_kind(use: str) -> RowKind:
    """Return the kind of a use; without keys or tables for a use that is not known."""
    return row_kinds().get(use) or RowKind(use, "rows")


@dataclass(frozen=True, slots=True)
class ChunkTables:
    """Tables with chunks of a vector_io provider, outside of its KV store.

    Their names begin with `prefix`. `field` of the provider's config names the sqlite
    file; without one, its config is that of a connection.
    """

    engine: str
    prefix: str
    id: str
    chunk: str
    field: str = ""


@cache
def chunk_tables() -> Mapping[str, ChunkTables | None]:
    """Return the chunk tables by provider type; None for a database not opened here."""
    found: dict[str, ChunkTables | None] = {}
    for provider_type, row in read_facts("rows.json")["chunk_tables"].items():
        found[provider_type] = ChunkTables(**row) if row else None
    return found


@cache
def chunk_tables_before() -> Mapping[str, ChunkTables]:
    """Return the chunk tables of 0.2.14, of providers that had no KV store then."""
    rows = read_facts("rows.json")["chunk_tables_before"]
    return {provider_type: ChunkTables(**row) for provider_type, row in rows.items()}


@dataclass(frozen=True, slots=True)
class ListTable:
    """The table of vector stores in the file that `field` of a provider's
    config names.
    """

    field: str
    name: str


def list_table(provider_type: str) -> ListTable | None:
    """Return where a vector_io provider listed its stores until 0.2.14, if in a
    file.
    """
    row = read_facts("rows.json")["list_tables"].get(provider_type)
    return row and ListTable(**row)


def vector_store_key(provider_type: str) -> str:
    """Return the prefix of a provider's keys of vector stores (0.3.0); empty if
    unknown.
    """
    return str(read_facts("rows.json")["vector_store_keys"].get(provider_type, ""))


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of registered resources.

    `api` is the API of its providers, `list` its list in configs, `id` the id of its
    entries, `until` its last release.
    """

    type: str
    api: str
    list: str
    id: str
    until: Release


@dataclass(frozen=True, slots=True)
class Registry:
    """The keys of registered resources, `PREFIX VERSION::TYPE:IDENTIFIER`.

    `versions` are the key versions, oldest first, with the first release of each. What
    is renamed was renamed in 0.3.0.
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
    facts = read_facts("rows.json")["registry"]
    types = map(_read_resource_type, facts["types"])
    return Registry(
        facts["prefix"],
        {row["version"]: parse_release(row["since"]) for row in facts["versions"]},
        facts["renamed_types"],
        facts["renamed_fields"],
        {each.type: each for each in types},
    )


def _read_resource_type(row: Mapping[str, Any]) -> ResourceType:
    return ResourceType(**{**row, "until": parse_release(row["until"])})
