"""The stores of each release: their config fields, and their engines.

The facts are in `facts/stores.json`, `engines.json` and
`continuity.json`, measured by introspecting the config models of the
released packages (0.1.0 to ogx 1.5.0).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.releases.models import config_model
from stackcfg.releases.versions import (
    Release,
    find_row,
    parse_release,
    read_facts,
    span_of,
)

KV = "kv"
SQL = "sql"
INLINE = "inline"
REFERENCE = "reference"

LAST_INLINE: Release = (0, 2, 24)
"""The last release with inline stores."""

DEFAULT_BACKENDS = {KV: "kv_default", SQL: "sql_default"}
"""Upstream's name for the backend of each family that stores are on by default."""


_NAME_FIELDS = {KV: "namespace", SQL: "table_name"}


class StoreField(NamedTuple):
    """A config field that holds a store, in a span of releases.

    `api` and `provider_type` are empty for stores of the server itself.
    `default` is the namespace or table name in upstream's own files;
    `keys` names the key space in a KV store, `table` a SQL table with a
    fixed name. `backend` is what a provider takes if the file leaves
    out the store. `since` is empty for a store of no release.
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
    def known(self) -> bool:
        """Whether any release has the field; others are guessed."""
        return bool(self.since)

    @property
    def name_field(self) -> str:
        """The key of the name in a reference."""
        return _NAME_FIELDS[self.family]

    def known_in(self, version: Release) -> bool:
        """Return whether a release has the field."""
        # without releases both are empty, and no release is at most ()
        return self.since <= version <= self.until


class StoreFields:
    """All store fields: those of releases, and those that users declare."""

    def __init__(
        self, fields: tuple[StoreField, ...], declared: tuple[StoreField, ...] = ()
    ) -> None:
        self.fields = fields
        self.declared = declared
        self._kept: dict[tuple[str, str, Release, str], list[StoreField]] = {}

    def server_fields(self, version: Release, style: str) -> list[StoreField]:
        """Return the store fields of the server itself in a release."""
        return self.provider_fields("", "", version, style)

    def provider_fields(
        self, api: str, provider_type: str, version: Release, style: str
    ) -> list[StoreField]:
        """Return the store fields of a provider in a release; it is
        asked for each provider of a file several times, so the list is
        kept and not to be changed.
        """
        fields = self._by_provider.get((api, provider_type))
        if fields is None:
            return []
        key = (api, provider_type, version, style)
        if key not in self._kept:
            self._kept[key] = [
                field
                for field in fields
                if field.style == style and field.known_in(version)
            ]
        return self._kept[key]

    def types_of(self, api: str) -> Mapping[str, list[StoreField]]:
        """Return the store fields of all releases by the types of an API."""
        return self._by_api.get(api, {})

    @cached_property
    def _by_provider(self) -> Mapping[tuple[str, str], list[StoreField]]:
        """The store fields by (API, provider type), the declared ones first."""
        found: dict[tuple[str, str], list[StoreField]] = {}
        for field in (*self.declared, *self.fields):
            found.setdefault((field.api, field.provider_type), []).append(field)
        return found

    @cached_property
    def _by_api(self) -> Mapping[str, Mapping[str, list[StoreField]]]:
        """The same by API, then by provider type."""
        found: dict[str, dict[str, list[StoreField]]] = {}
        for (api, kind), fields in self._by_provider.items():
            found.setdefault(api, {})[kind] = fields
        return found


@cache
def load_store_fields() -> StoreFields:
    """Return the store fields of all releases."""
    rows = read_facts("stores.json")["stores"]
    fields: list[StoreField] = []
    for row in rows:
        since, until = span_of(row)
        path = tuple(row["path"].split("."))
        row = {**row, "path": path, "since": since, "until": until}
        fields.append(StoreField(**row))
    return StoreFields(tuple(fields))


def with_declared_fields(declared: Iterable[StoreField]) -> StoreFields:
    """Return the store fields of all releases and those that a user declared."""
    known = load_store_fields()
    own = tuple(declared)
    if not own:
        return known
    return StoreFields(known.fields, own)


@cache
def inline_store_keys() -> frozenset[str]:
    """Return the top-level keys of inline stores of the server."""
    fields = load_store_fields().fields
    of_server = [each for each in fields if not each.api and each.style == INLINE]
    return frozenset(each.path[0] for each in of_server if len(each.path) == 1)


class Engine(NamedTuple):
    """A kind of database in one family: its backend type, its config model.

    `fields` name a database. `file` is the sqlite file that 0.2 takes
    by default.
    """

    engine: str
    family: str
    type: str
    model: str
    fields: tuple[str, ...]
    file: str = ""
    table_field: str = ""

    def table(self, version: Release = LAST_INLINE) -> str:
        """Return the default table or collection; empty without a choice."""
        field = config_model(self.model, version).fields.get(self.table_field)
        if field is None:
            return ""
        return str(field.default)


@cache
def engines() -> tuple[Engine, ...]:
    """Return every database engine of both families."""
    rows = read_facts("engines.json")["engines"]
    return tuple(Engine(**{**row, "fields": tuple(row["fields"])}) for row in rows)


@cache
def engine_defaults(
    engine: Engine, version: Release = LAST_INLINE
) -> Mapping[str, str]:
    """Return what a release takes for each field of an engine
    that is left out.
    """
    if engine.file:
        return dict.fromkeys(engine.fields, engine.file)
    found = dict.fromkeys(engine.fields, "")
    fields = config_model(engine.model, version).fields
    for name in found:
        if name in fields and fields[name].default is not None:
            found[name] = str(fields[name].default)
    return found


def find_engine(family: str, name: str) -> Engine | None:
    """Return the engine that inline stores of a family call `sqlite` or so."""
    for engine in engines():
        if engine.family == family and engine.engine == name:
            return engine
    return None


def location_facts() -> Mapping[str, Any]:
    """Return the facts about locations that a config does not mention."""
    return read_facts("engines.json")


def default_folder(image_name: str) -> str:
    """Return where the server keeps its files by default, with `/`."""
    folder = str(location_facts()["default_metadata"]).rpartition("/")[0]
    return folder.replace("IMAGE_NAME", image_name or "stack") + "/"


@cache
def hidden_rows() -> tuple[tuple[str, Release, Release, str], ...]:
    """Return hidden rows: use, first release, last writer, reason."""
    return tuple(
        (
            row["use"],
            parse_release(row["since"]),
            parse_release(row["written_until"]),
            row["reason"],
        )
        for row in read_facts("continuity.json")["hidden"]
    )


@cache
def default_store_file(api: str, provider_type: str, version: Release) -> str:
    """Return the sqlite file of a provider whose config names no store;
    empty where a release has no such default.

    From 0.1.7 on the server does not start without the store, or keeps
    none. Source: the config models of 0.1.0, 0.1.6, 0.1.7 and 0.1.8.
    """
    rows = [
        row
        for row in read_facts("stores.json")["default_files"]
        if (row["api"], row["provider_type"]) == (api, provider_type)
    ]
    row = find_row(rows, version)
    if row is None:
        return ""
    return str(row["file"])


@cache
def loss_under_namespace(keys: str, engine: str, version: Release) -> str:
    """Return what a server does not do with rows that are under a namespace.

    Empty if it does everything. The server asks for the keys of a
    range, and for the row of each. Until 0.8.0 it gets the keys with
    the namespace (on MongoDB until 1.0.0, on Redis to this day), puts
    the namespace before them once more, and finds no row. Without a
    namespace it does. Source: `keys_in_range` of the KV stores of
    0.3.5, 0.4.0, 0.8.0, 1.0.0 and 1.5.0, and its callers.
    """
    rows = [
        row
        for row in read_facts("stores.json")["unlisted"]
        if row["keys"] == keys and engine in row["engines"]
    ]
    row = find_row(rows, version)
    if row is None:
        return ""
    return str(row["loss"])
