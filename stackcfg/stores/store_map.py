"""The store map of a config: its stores, its backends, and where rows are.

Two readers build it from plain data: `inline` for releases up to
0.2.24, `catalog` for 0.3.0 and later.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from stackcfg.light_typing import Any, Literal, NamedTuple
from stackcfg.paths import Data, Path
from stackcfg.releases.stores import (
    KV,
    LAST_INLINE,
    StoreField,
    engine_defaults,
    find_engine,
    location_facts,
)
from stackcfg.releases.versions import Release, parse_release
from stackcfg.runconfig.placeholders import fill_defaults, is_conditional
from stackcfg.runconfig.values import as_string

KV_TABLE = "kvstore"
"""The table of every sqlite KV store, in all releases."""

NOT_CONNECTION = frozenset({"type", "namespace", "table_name", "collection_name"})
"""Fields of an inline store that do not say which database it is."""

Connection = tuple[tuple[str, str], ...]
"""The fields that name a database, sorted, with defaults filled in."""


class Location(NamedTuple):
    """Where rows are: the engine, the database, the table, the key prefix."""

    engine: str
    connection: Connection
    table: str = ""
    prefix: str = ""

    @property
    def database(self) -> tuple[str, Connection]:
        """The engine and the connection, without table and prefix."""
        return self.engine, self.connection

    @property
    def file(self) -> str | None:
        """The path of a sqlite database as written; None for other engines."""
        if self.engine != "sqlite":
            return None
        return dict(self.connection).get("db_path")

    @property
    def place(self) -> tuple[object, ...]:
        """A key that locations share when their rows are the same."""
        database: object = self.connection
        if self.file is not None:
            database = file_identity(self.file)
        return self.engine, database, self.table, self.prefix

    def describe(self) -> str:
        """Describe the location in one line, without credentials."""
        where = self._describe_database()
        if self.table and self.table != KV_TABLE:
            where += f" table {self.table}"
        if self.prefix:
            where += f" keys {self.prefix}:"
        return where

    def _describe_database(self) -> str:
        fields = dict(self.connection)
        if self.engine == "sqlite":
            return fields.get("db_path", "")
        where = f"{self.engine}://{fields.get('host', '')}"
        if fields.get("port"):
            where += f":{fields['port']}"
        if fields.get("db"):
            where += f"/{fields['db']}"
        return where


class InlineStore(NamedTuple):
    """An inline store as written: its path, its `type`, its other fields."""

    path: Path
    engine: str
    fields: tuple[tuple[str, Any], ...]

    def field(self, name: str) -> Any:
        """Return the value of a field, or None."""
        return dict(self.fields).get(name)


class Reference(NamedTuple):
    """A reference to a backend; `name` is the namespace or the table name."""

    backend: str
    name: str
    extra: tuple[tuple[str, Any], ...] = ()


StoreState = Literal["written", "absent", "superseded"]
"""How a store is in the file.

`absent`: the release has or needs the store, and the file does not
mention it. `superseded`: it is under its old key, and its new key is in
the file too.
"""


class Store(NamedTuple):
    """One store of a config.

    `key` names the store, the same for every release; `path` is where
    it is written now; `owner` is the id of its provider, or the name of
    a store of the server. One of `inline` and `reference` is what the
    file says. `location` is None when no rows can exist yet, or when a
    reference names an unknown backend.
    """

    key: str
    path: Path
    fact: StoreField
    location: Location | None = None
    inline: InlineStore | None = None
    reference: Reference | None = None
    queue: tuple[tuple[str, Any], ...] = ()
    owner: str = ""
    state: StoreState = "written"
    disabled: bool = False

    @property
    def family(self) -> str:
        """The family of the store: kv or sql."""
        return self.fact.family

    @property
    def is_optional(self) -> bool:
        """Whether the provider is off, or only on while a variable is set."""
        return self.disabled or is_conditional(self.owner)

    @property
    def entry_path(self) -> Path:
        """The path of the entry that holds the store.

        The nested form of an inference store, with its queue, is one
        entry at the top level.
        """
        if self.fact.api or self.fact.path[0] == "server":
            return self.path
        return self.path[:1]


class Backend(NamedTuple):
    """One entry of `storage.backends`."""

    name: str
    type: str
    fields: Data

    @property
    def family(self) -> str:
        """The family that the type begins with, as `kv` of `kv_sqlite`."""
        return self.type.partition("_")[0]

    @property
    def engine(self) -> str:
        """The engine that the type ends with, as `sqlite` of `kv_sqlite`."""
        return self.type.partition("_")[2]

    @property
    def can_be_named(self) -> bool:
        """Whether a reference can name it: the server replaces
        variables in values, not in keys.
        """
        return "${env." not in self.name


class Unreadable(NamedTuple):
    """An inline store that cannot be read; `wanted` is the path in the target."""

    path: Path
    message: str
    wanted: Path = ()


class StoreMap(NamedTuple):
    """The stores of a config, its backends, and what cannot be read."""

    stores: tuple[Store, ...]
    backends: Mapping[str, Backend] = {}
    unreadable: tuple[Unreadable, ...] = ()

    def by_key(self) -> dict[str, Store]:
        """Return the stores by their keys."""
        return {store.key: store for store in self.stores}

    @property
    def has_unmoved(self) -> bool:
        """Whether an inline store has no reference beside it."""
        return any(
            store.inline is not None and store.state != "superseded"
            for store in self.stores
        )

    def superseded(self) -> list[Store]:
        """Return the stores that are under an old key beside their new one."""
        return [store for store in self.stores if store.state == "superseded"]

    def without_superseded(self) -> StoreMap:
        """Return the map without the stores under an old key beside a new one."""
        kept = [store for store in self.stores if store.state != "superseded"]
        return self._replace(stores=tuple(kept))


def file_identity(path: str) -> str:
    """Return a sqlite path with defaults filled in and normalized."""
    if path == ":memory:":
        return path
    return os.path.normpath(fill_defaults(path))


def connection_of(
    engine_name: str, family: str, fields: Data, version: Release = LAST_INLINE
) -> Connection:
    """Return the fields that name a database, with a release's defaults."""
    engine = find_engine(family, engine_name)
    result: dict[str, str] = {}
    if engine is not None:
        result.update(engine_defaults(engine, version))
    for name, value in fields.items():
        # a field is a string; `true: x` and `1: x` are none
        if not isinstance(name, str) or name in NOT_CONNECTION:
            continue
        if value is not None:
            result[name] = as_string(value)
    return tuple(sorted(result.items()))


def kv_table(engine_name: str, fields: Data, version: Release = LAST_INLINE) -> str:
    """Return the table or collection of a KV store; empty for redis."""
    engine = find_engine(KV, engine_name)
    if engine is None or engine_name == "redis":
        return ""
    if not engine.table_field:
        return KV_TABLE
    return as_string(fields.get(engine.table_field)) or engine.table(version)


def applies_namespace(engine_name: str, version: Release) -> bool:
    """Return whether a KV store prefixes keys; sqlite since 1.0.0 (#5731)."""
    if engine_name != "sqlite":
        return True
    return version >= parse_release(location_facts()["sqlite_namespace_since"])


def is_reference(value: Any) -> bool:
    """Return whether a value is a mapping with a `backend`, not a `type`."""
    if not isinstance(value, dict):
        return False
    return "backend" in value and "type" not in value


def read_reference(value: Data, name_field: str) -> Reference:
    """Read a reference whose namespace or table name is under `name_field`."""
    extra = dict(value)
    backend = as_string(extra.pop("backend", None))
    name = as_string(extra.pop(name_field, None))
    return Reference(backend, name, tuple(extra.items()))


def store_label(store: Store) -> str:
    """Return a store's name for people: `metadata`, `vector_io faiss`."""
    fact = store.fact
    if not fact.api:
        return fact.use
    label = f"{fact.api} {store.owner}"
    if fact.use == fact.api:
        return label
    return f"{label} {fact.use}"
