"""What kinds of rows there are: which keys and tables each consumer of a store writes.

The facts are `facts/rows.json`, read in the packages of 0.1.9 to ogx 1.5.0 and seen in databases of running
servers.
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

    `prefixes` begin its keys in a KV store, `table` is its table where it went to SQL, `further` are tables beside the
    one that a reference names, all of fixed names. `passing` says why rows need not be carried.
    """

    use: str
    rows: str
    prefixes: tuple[str, ...] = ()
    table: str = ""
    further: tuple[str, ...] = ()
    passing: str = ""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of registered resources: the API of its providers, its list in configs, the id there, its last release."""

    type: str
    api: str
    list: str
    id: str
    until: Release


@dataclass(frozen=True, slots=True)
class Registry:
    """The keys of registered resources, `PREFIX VERSION::TYPE:IDENTIFIER`, and what changed in them with 0.3.0.

    `versions` are the key versions there have been, oldest first, with the first release of each.
    """

    prefix: str
    versions: Mapping[str, Release]
    renamed_types: Mapping[str, str]
    renamed_fields: Mapping[str, str]
    types: Mapping[str, ResourceType]

    def version_of(self, version: Release) -> str:
        """The version of the keys that a release reads and writes."""
        return [name for name, since in self.versions.items() if since <= version][-1]


@cache
def row_kinds() -> Mapping[str, RowKind]:
    """Every kind of rows by its use."""
    return {row["use"]: _kind(row) for row in read_facts("rows.json")["kinds"]}


def _kind(row: Mapping[str, Any]) -> RowKind:
    lists = {name: tuple(row.get(name, ())) for name in ("prefixes", "further")}
    return RowKind(**{**row, **lists})


def row_kind(use: str) -> RowKind:
    """The kind of a use; for a store that no release knows, one about whose keys nothing is known."""
    return row_kinds().get(use) or RowKind(use, "rows")


@dataclass(frozen=True, slots=True)
class ChunkTables:
    """Where a vector_io provider keeps chunks outside of its KV store: tables whose names begin with `prefix`.

    `field` of its config names the sqlite file; without one its config is that of a connection.
    """

    engine: str
    prefix: str
    id: str
    chunk: str
    field: str = ""


@cache
def chunk_tables() -> Mapping[str, ChunkTables | None]:
    """By provider type, where chunks are; None where they are in a database that is not opened here."""
    found = read_facts("rows.json")["chunk_tables"]
    return {kind: ChunkTables(**row) if row else None for kind, row in found.items()}


@cache
def chunk_tables_before() -> Mapping[str, ChunkTables]:
    """By provider type, where chunks were as long as the provider had no KV store, if that was elsewhere (0.2.14)."""
    return {
        kind: ChunkTables(**row)
        for kind, row in read_facts("rows.json")["chunk_tables_before"].items()
    }


@dataclass(frozen=True, slots=True)
class ListTable:
    """The table in which a provider without a KV store lists its vector stores, and the field that names the file."""

    field: str
    name: str


def list_table(provider_type: str) -> ListTable | None:
    """Where a vector_io provider listed its stores until 0.2.14; None where that was in no file."""
    row = read_facts("rows.json")["list_tables"].get(provider_type)
    return ListTable(**row) if row else None


def vector_store_key(provider_type: str) -> str:
    """What begins the key of a store in the list that a vector_io provider keeps since 0.3.0; empty if unknown."""
    return str(read_facts("rows.json")["vector_store_keys"].get(provider_type, ""))


@cache
def registry() -> Registry:
    """The keys of registered resources."""
    facts = read_facts("rows.json")["registry"]
    types = {
        row["type"]: ResourceType(**{**row, "until": parse_release(row["until"])})
        for row in facts["types"]
    }
    versions = {
        row["version"]: parse_release(row["since"]) for row in facts["versions"]
    }
    return Registry(
        facts["prefix"],
        versions,
        facts["renamed_types"],
        facts["renamed_fields"],
        types,
    )
