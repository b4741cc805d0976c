"""Reads the store map of a new-style config: `storage.backends` and references into it (0.3.0 on, #3697)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import provider_entries, provider_store_key
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import (
    Backend,
    Location,
    Reference,
    Store,
    StoreMap,
    applies_namespace,
    connection_of,
    is_reference,
    kv_table,
)

OWN_BACKENDS: Final[Mapping[str, str]] = {
    name: f"{family}_sqlite" for family, name in DEFAULT_BACKENDS.items()
}
"""The backends of a file without `storage.backends`, and their types."""


def read_catalog(
    config: Mapping[str, Any], catalog: StoreFields, version: Release
) -> StoreMap:
    """The uses of references in a config, each with the location that release `version` gives it."""
    backends = read_backends(config)
    uses = [*_server_references(config, catalog, version, backends)]
    uses += _provider_references(config, catalog, version, backends)
    return StoreMap(tuple(uses), backends)


def read_backends(config: Mapping[str, Any]) -> dict[str, Backend]:
    """The entries of `storage.backends`."""
    section = value_at(config, ("storage", "backends"))
    return {
        str(name): Backend(
            str(name),
            as_string((entry or {}).get("type")),
            {key: value for key, value in (entry or {}).items() if key != "type"},
        )
        for name, entry in (section.items() if isinstance(section, Mapping) else ())
        if isinstance(entry, Mapping) or entry is None
    }


def implied_backends(
    config: Mapping[str, Any], catalog: StoreFields, version: Release
) -> Iterator[Store]:
    """The stores that a release puts on its default backends because the file says nothing of them.

    A file without a catalog is left to the defaults of the server as a whole, and has no such stores here.
    """
    if version < DEFAULTS_SINCE or not isinstance(
        value_at(config, ("storage", "backends")), Mapping
    ):
        return
    stores, backends = value_at(config, ("storage", "stores")), read_backends(config)
    for fact in catalog.server_fields(version, REFERENCE):
        written = isinstance(stores, Mapping) and fact.use in stores
        if (
            fact.path[:2] == ("storage", "stores")
            and fact.use != "vector_stores"
            and not written
        ):
            yield _left_out(
                fact.use,
                fact.path,
                fact,
                DEFAULT_BACKENDS[fact.family],
                version,
                backends,
                fact.use,
            )
    for api, index, provider in provider_entries(config):
        settings, kind = (
            provider.get("config", {}),
            as_string(provider.get("provider_type")),
        )
        owner = as_string(provider.get("provider_id")) or kind
        for fact in catalog.provider_fields(api, kind, version, REFERENCE):
            if (
                fact.backend
                and isinstance(settings, Mapping)
                and fact.path[0] not in settings
            ):
                path: Path = ("providers", api, index, "config", *fact.path)
                yield _left_out(
                    provider_store_key(api, index, fact.use),
                    path,
                    fact,
                    fact.backend,
                    version,
                    backends,
                    owner,
                )


def _left_out(
    key: str,
    path: Path,
    fact: StoreField,
    name: str,
    version: Release,
    backends: Mapping[str, Backend],
    owner: str,
) -> Store:
    reference = Reference(name, fact.default)
    backend = backends.get(name)
    location = locate(fact, backend, reference, version) if backend else None
    return Store(
        key, path, fact, location, reference=reference, owner=owner, absent=True
    )


def _server_references(
    config: Mapping[str, Any],
    catalog: StoreFields,
    version: Release,
    backends: Mapping[str, Backend],
) -> Iterator[Store]:
    for fact in catalog.server_fields(version, REFERENCE):
        value = value_at(config, fact.path)
        if is_reference(value):
            yield _use(fact.use, fact.path, fact, value, version, backends, fact.use)


def _provider_references(
    config: Mapping[str, Any],
    catalog: StoreFields,
    version: Release,
    backends: Mapping[str, Backend],
) -> Iterator[Store]:
    for api, index, provider in provider_entries(config):
        settings = provider.get("config")
        if not isinstance(settings, Mapping):
            continue
        base: Path = ("providers", api, index, "config")
        kind = as_string(provider.get("provider_type"))
        owner = as_string(provider.get("provider_id")) or kind
        known = catalog.provider_fields(api, kind, version, REFERENCE)
        for fact in known:
            value = value_at(settings, fact.path)
            if is_reference(value):
                key = provider_store_key(api, index, fact.use)
                yield _use(key, base + fact.path, fact, value, version, backends, owner)
        handled = {fact.path[0] for fact in known}
        for name, value in settings.items():
            if name not in handled and is_reference(value):
                family = SQL if "table_name" in value else KV
                fact = StoreField(name, (name,), REFERENCE, family, api=api)
                yield _use(
                    provider_store_key(api, index, name),
                    (*base, name),
                    fact,
                    value,
                    version,
                    backends,
                    owner,
                )


def _use(
    key: str,
    path: Path,
    fact: StoreField,
    value: Mapping[str, Any],
    version: Release,
    backends: Mapping[str, Backend],
    owner: str,
) -> Store:
    field_name = fact.name_field
    extra = tuple(
        (name, item)
        for name, item in value.items()
        if name not in ("backend", field_name)
    )
    reference = Reference(
        as_string(value.get("backend")), as_string(value.get(field_name)), extra
    )
    backend = backends.get(reference.backend)
    location = locate(fact, backend, reference, version) if backend else None
    return Store(key, path, fact, location, None, reference, owner=owner)


def locate(
    fact: StoreField, backend: Backend, reference: Reference, version: Release
) -> Location:
    """Where a release keeps the rows of a reference."""
    connection = connection_of(backend.engine, backend.family, backend.fields, version)
    if fact.family == SQL:
        return Location(backend.engine, connection, fact.table or reference.name)
    prefix = reference.name if applies_namespace(backend.engine, version) else ""
    return Location(
        backend.engine,
        connection,
        kv_table(backend.engine, backend.fields, version),
        prefix,
    )
