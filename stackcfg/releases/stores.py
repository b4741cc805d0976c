"""What each release knows: consumers of stores, engines, resources, providers.

The facts are the JSON files in `facts/`, measured on the released wheels (0.1.7 to ogx 1.5.0) by introspecting their
config models. Each fact carries the first and the last release that had it. Release numbers are plain: the package
`ogx` goes on counting where `llama-stack` ended (0.7.3, then 0.8.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

from stackcfg.releases.models import config_model
from stackcfg.releases.versions import Release, parse_release, read_facts

KV: Final = "kv"
SQL: Final = "sql"
INLINE: Final = "inline"
REFERENCE: Final = "reference"

LAST_INLINE: Final[Release] = (0, 2, 24)
"""The last release whose stores are given in place."""


class StoreField(NamedTuple):
    """One config field through which a consumer uses a store, in a span of releases.

    `api` and `provider_type` are empty for stores of the server itself. `default` is the namespace or table name that
    upstream's own files use; `keys` names the key space inside a KV store, `table` a SQL table whose name is fixed.
    `backend` is the one that a provider's config class takes where the file says nothing of the store. `since` and
    `until` are empty for a store that no release has.
    """

    use: str
    path: tuple[str, ...]
    style: str
    family: str
    since: Release = ()
    until: Release = ()
    api: str = ""
    provider_type: str = ""
    required: bool = False
    default: str = ""
    keys: str = ""
    table: str = ""
    queue: bool = False
    backend: str = ""

    @property
    def name_field(self) -> str:
        """What a reference of this family calls its name: `namespace` (KV) or `table_name` (SQL)."""
        return "namespace" if self.family == KV else "table_name"

    @property
    def known(self) -> bool:
        """Return whether any release has the field; one that none has is a guess from the shape of a value."""
        return bool(self.since)

    def known_in(self, version: Release) -> bool:
        """Return whether this release has the field."""
        return self.since <= version <= self.until


class Engine(NamedTuple):
    """A kind of database in one family: its backend type, its config model, the fields that name a database.

    `file` is the sqlite file that 0.2 takes where the field is left out.
    """

    engine: str
    family: str
    type: str
    model: str
    fields: tuple[str, ...]
    file: str = ""
    table_field: str = ""

    def defaults(self, version: Release | None = None) -> Mapping[str, str]:
        """What a release takes for each field that is left out; the last one with stores in place if none is named."""
        return _defaults(self, version or LAST_INLINE)

    def table(self, version: Release | None = None) -> str:
        """The table or collection that a release takes where it is left out; empty where there is no choice."""
        known = config_model(self.model, version or LAST_INLINE).fields.get(
            self.table_field
        )
        return str(known.default) if known is not None else ""


@dataclass(frozen=True, slots=True)
class StoreFields:
    """All facts, with the fields that a user declared for providers outside the tree."""

    fields: tuple[StoreField, ...]
    declared: tuple[StoreField, ...] = ()
    _index: dict[tuple[str, str], list[StoreField]] = field(default_factory=dict)

    def server_fields(self, version: Release, style: str) -> list[StoreField]:
        """The store fields of the server itself in a release."""
        return [
            each
            for each in self._of("", "")
            if each.style == style and each.known_in(version)
        ]

    def provider_fields(
        self, api: str, provider_type: str, version: Release, style: str
    ) -> list[StoreField]:
        """The store fields of a provider in a release."""
        return [
            each
            for each in self._of(api, provider_type)
            if each.style == style and each.known_in(version)
        ]

    def _of(self, api: str, provider_type: str) -> list[StoreField]:
        if not self._index:
            for each in (*self.declared, *self.fields):
                self._index.setdefault((each.api, each.provider_type), []).append(each)
        return self._index.get((api, provider_type), [])


@cache
def load_store_fields() -> StoreFields:
    """The catalog of the shipped facts."""
    return StoreFields(
        tuple(_consumer_field(row) for row in read_facts("stores.json")["consumers"])
    )


def with_declared_fields(declared: Iterable[StoreField]) -> StoreFields:
    """The shipped catalog plus fields that a user declared for providers of their own."""
    return StoreFields(load_store_fields().fields, tuple(declared))


def _consumer_field(row: Mapping[str, Any]) -> StoreField:
    spans = {"since": parse_release(row["since"]), "until": parse_release(row["until"])}
    return StoreField(**{**row, **spans, "path": tuple(row["path"].split("."))})


@cache
def engines() -> tuple[Engine, ...]:
    """Every database engine of both families."""
    return tuple(
        Engine(**{**row, "fields": tuple(row["fields"])})
        for row in read_facts("engines.json")["engines"]
    )


@cache
def _defaults(known: Engine, version: Release) -> Mapping[str, str]:
    fields = config_model(known.model, version).fields
    taken = {
        name: fields[name].default if name in fields else None for name in known.fields
    }
    return {
        name: known.file if known.file else "" if value is None else str(value)
        for name, value in taken.items()
    }


def find_engine(family: str, name: str) -> Engine | None:
    """The engine that an inline snippet of a family calls `name` (`sqlite`, `postgres`, …)."""
    return next(
        (each for each in engines() if each.family == family and each.engine == name),
        None,
    )


@cache
def location_facts() -> Mapping[str, Any]:
    """Where releases keep what the config does not mention, and since when sqlite applies a namespace (#5731)."""
    facts = read_facts("engines.json")
    names = (
        "default_metadata",
        "prompts_file",
        "sqlite_namespace_since",
        "default_backends",
    )
    return {name: facts[name] for name in names}


@cache
def inline_store_keys() -> frozenset[str]:
    """The top-level keys that held inline stores of the server."""
    fields = load_store_fields().fields
    return frozenset(
        each.path[0]
        for each in fields
        if not each.api and each.style == INLINE and len(each.path) == 1
    )


@cache
def newer_stores(version: Release) -> frozenset[str]:
    """The entries of `storage.stores` that came only after a release."""
    stores = [
        each
        for each in load_store_fields().fields
        if not each.api and each.path[:2] == ("storage", "stores")
    ]
    known = {each.use for each in stores if each.since <= version}
    return frozenset(each.use for each in stores) - known


@cache
def hidden_rows() -> tuple[tuple[str, Release, Release, str], ...]:
    """Uses whose rows a release does not see in the same place: (use, since, written until, reason)."""
    return tuple(
        (
            row["use"],
            parse_release(row["since"]),
            parse_release(row["written_until"]),
            row["reason"],
        )
        for row in read_facts("continuity.json")["hidden"]
    )


DEFAULT_BACKENDS: Final[Mapping[str, str]] = {KV: "kv_default", SQL: "sql_default"}
"""What upstream calls the backend of each family that stores are on unless something else is said."""
