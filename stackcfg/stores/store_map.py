"""The store map: which consumer uses which store, and where its rows physically are.

It knows stores, families, locations and references, and nothing of YAML text: readers build it from plain data
(`inline_stores` for 0.2.x, `storage_section` for 0.3 and later), and everything else is a function of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path
from stackcfg.releases.stores import KV, Engine, StoreField, find_engine, location_facts
from stackcfg.releases.versions import Release, parse_release
from stackcfg.runconfig.placeholders import fill_defaults, is_conditional
from stackcfg.runconfig.values import as_string

KV_TABLE: Final = "kvstore"
"""The table that every sqlite KV store uses, in all releases."""


NOT_CONNECTION: Final = frozenset(
    {"type", "namespace", "table_name", "collection_name"}
)
"""Fields of a snippet that do not say which database it is."""


class Location(NamedTuple):
    """Where rows are: the engine, the fields that name the database (with defaults filled in), table, key prefix."""

    engine: str
    connection: tuple[tuple[str, str], ...]
    table: str = ""
    prefix: str = ""

    @property
    def database(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What identifies the database, whatever the table and prefix."""
        return self.engine, self.connection

    @property
    def file(self) -> str | None:
        """The path of a sqlite database as written, else None."""
        return dict(self.connection).get("db_path") if self.engine == "sqlite" else None

    @property
    def place(self) -> tuple[object, ...]:
        """What tells two places apart, whatever their spelling: sqlite paths with defaults filled in, normalized."""
        if self.file is None:
            return self.engine, self.connection, self.table, self.prefix
        return self.engine, file_identity(self.file), self.table, self.prefix

    def describe(self) -> str:
        """The location in words, without credentials."""
        fields = dict(self.connection)
        if self.engine == "sqlite":
            where = fields.get("db_path", "")
        else:
            port = f":{fields['port']}" if fields.get("port") else ""
            database = f"/{fields['db']}" if fields.get("db") else ""
            where = f"{self.engine}://{fields.get('host', '')}{port}{database}"
        table = f" table {self.table}" if self.table and self.table != KV_TABLE else ""
        prefix = f" keys {self.prefix}:" if self.prefix else ""
        return f"{where}{table}{prefix}"


class InlineStore(NamedTuple):
    """An inline store of the old style: where it stands, its engine as written, its other fields as data."""

    path: Path
    engine: str
    fields: tuple[tuple[str, Any], ...]

    def field(self, name: str) -> Any:
        """The value of a field, or None."""
        return dict(self.fields).get(name)


class Reference(NamedTuple):
    """A reference into the catalog: `name` is the namespace (KV) or the table name (SQL)."""

    backend: str
    name: str
    extra: tuple[tuple[str, Any], ...] = ()


class Store(NamedTuple):
    """One consumer and its store.

    `key` names the consumer the same way in every era; `path` is where its store is written now. `snippet` or
    `reference` holds what is written, `location` where the rows are (None where that cannot be told from the file).
    `absent` marks a store that is not in the file; `fresh` one that never held data; `guess` a provider that no
    catalog knows; `superseded` an old key whose new form is in the file too.
    """

    key: str
    path: Path
    fact: StoreField
    location: Location | None = None
    snippet: InlineStore | None = None
    reference: Reference | None = None
    queue: tuple[tuple[str, Any], ...] = ()
    owner: str = ""
    absent: bool = False
    fresh: bool = False
    guess: bool = False
    superseded: bool = False
    disabled: bool = False

    @property
    def family(self) -> str:
        """The family of the store: kv or sql."""
        return self.fact.family

    @property
    def optional(self) -> bool:
        """Whether the provider that uses the store is off, or on only while a variable is set."""
        return self.disabled or is_conditional(self.owner)


class Backend(NamedTuple):
    """A named entry of `storage.backends`, as data."""

    name: str
    type: str
    fields: Mapping[str, Any]

    @property
    def family(self) -> str:
        """The family that the type belongs to."""
        return self.type.partition("_")[0]

    @property
    def engine(self) -> str:
        """The engine behind the type."""
        return self.type.partition("_")[2]


class Unreadable(NamedTuple):
    """A store that no reading makes sense of; a person must look at it. `wanted` is the field that takes its place."""

    path: Path
    message: str
    wanted: Path = ()


@dataclass(frozen=True, slots=True)
class StoreMap:
    """Every use of a store in one config, the backends it defines, and what could not be read."""

    uses: tuple[Store, ...]
    backends: Mapping[str, Backend] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()

    def by_key(self) -> dict[str, Store]:
        """The uses by consumer."""
        return {use.key: use for use in self.uses}


def file_identity(path: str) -> str:
    """A sqlite path as far as it can be told without the environment: defaults filled in, `.` and `//` gone."""
    return path if path == ":memory:" else os.path.normpath(fill_defaults(path))


def connection_of(
    engine_name: str,
    family: str,
    fields: Mapping[str, Any],
    version: Release | None = None,
) -> tuple[tuple[str, str], ...]:
    """The fields that say which database this is, with what a release takes for those left out."""
    known: Engine | None = find_engine(family, engine_name)
    result: dict[str, str] = dict(known.defaults(version)) if known else {}
    for name, value in fields.items():
        if name not in NOT_CONNECTION and value is not None:
            result[name] = as_string(value)
    return tuple(sorted(result.items()))


def kv_table(
    engine_name: str, fields: Mapping[str, Any], version: Release | None = None
) -> str:
    """The table or collection that a release uses for a KV store with these fields."""
    known = find_engine(KV, engine_name)
    if known is None or engine_name == "redis":
        return ""
    if not known.table_field:
        return KV_TABLE
    return as_string(fields.get(known.table_field)) or known.table(version)


def applies_namespace(engine_name: str, version: Release) -> bool:
    """Whether a KV store prefixes its keys with the namespace; sqlite does so only from ogx 1.0.0 (#5731)."""
    return engine_name != "sqlite" or version >= parse_release(
        location_facts()["sqlite_namespace_since"]
    )


def is_reference(value: Any) -> bool:
    """Whether a store is written as a reference into the catalog."""
    return isinstance(value, Mapping) and "backend" in value and "type" not in value


def store_label(use: Store) -> str:
    """A consumer's name for people: `metadata`, `agents meta-reference`, `vector_io faiss`."""
    if not use.fact.api:
        return use.fact.use
    use_name = (
        ""
        if use.fact.use == use.fact.api or use.fact.use == "agents"
        else f" {use.fact.use}"
    )
    return f"{use.fact.api} {use.owner}{use_name}"
