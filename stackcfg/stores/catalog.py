"""Reads the store map of a new-style config: `storage.backends` and references
(0.3.0, #3697).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.paths import Data, as_mapping, mapping_at, value_at
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
from stackcfg.runconfig.values import as_string
from stackcfg.stores.slots import StoreProvider, read_store_providers, server_slot
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
    read_reference,
)

OWN_BACKENDS = {name: f"{family}_sqlite" for family, name in DEFAULT_BACKENDS.items()}
"""The backends of a file without `storage.backends`, and their types."""

_BACKENDS = ("storage", "backends")
_STORES = ("storage", "stores")


def read_catalog(config: Data, catalog: StoreFields, version: Release) -> StoreMap:
    """Read the references of a config, each with the location that release
    `version` gives it.
    """
    backends = read_backends(config)
    stores: list[Store] = []
    for slot, value in _referring_slots(config, catalog, version):
        reference = read_reference(value, slot.fact.name_field)
        location = _locate_reference(slot.fact, reference, backends, version)
        stores.append(slot._replace(reference=reference, location=location))
    return StoreMap(tuple(stores), backends)


def read_backends(config: Data) -> dict[str, Backend]:
    """Read the entries of `storage.backends`; an entry without content has no type."""
    backends: dict[str, Backend] = {}
    for name, entry in mapping_at(config, _BACKENDS).items():
        if entry is not None and not isinstance(entry, Mapping):
            # no backend; `validate` reports it
            continue
        fields = dict(as_mapping(entry))
        kind = as_string(fields.pop("type", None))
        backends[str(name)] = Backend(str(name), kind, fields)
    return backends


def read_implied_stores(
    config: Data, catalog: StoreFields, version: Release
) -> Iterator[Store]:
    """Yield the stores that a release keeps on its default backends because the
    file omits them.

    A file without `storage.backends` gets the server's own storage section, so
    it has none of them.
    """
    if version < DEFAULTS_SINCE:
        return
    if not isinstance(value_at(config, _BACKENDS), Mapping):
        return
    backends = read_backends(config)
    for slot, name in _omitted_slots(config, catalog, version):
        reference = Reference(name, slot.fact.default)
        location = _locate_reference(slot.fact, reference, backends, version)
        yield slot._replace(reference=reference, location=location, state="absent")


def locate(
    fact: StoreField, backend: Backend, reference: Reference, version: Release
) -> Location:
    """Return where a release keeps the rows of a reference."""
    engine, fields = backend.engine, backend.fields
    connection = connection_of(engine, backend.family, fields, version)
    if fact.family == SQL:
        return Location(engine, connection, fact.table or reference.name)
    prefix = ""
    if applies_namespace(engine, version):
        prefix = reference.name
    return Location(engine, connection, kv_table(engine, fields, version), prefix)


def _locate_reference(
    fact: StoreField,
    reference: Reference,
    backends: Mapping[str, Backend],
    version: Release,
) -> Location | None:
    backend = backends.get(reference.backend)
    if backend is None:
        return None
    return locate(fact, backend, reference, version)


def _referring_slots(
    config: Data, catalog: StoreFields, version: Release
) -> Iterator[tuple[Store, Data]]:
    """Yield the slots that hold a reference, with the mapping that is written there."""
    for fact in catalog.server_fields(version, REFERENCE):
        value = value_at(config, fact.path)
        if is_reference(value):
            yield server_slot(fact), value
    for provider in read_store_providers(config):
        known = catalog.provider_fields(provider.api, provider.type, version, REFERENCE)
        for fact in known:
            value = value_at(provider.settings, fact.path)
            if is_reference(value):
                yield provider.slot(fact), value
        yield from _guessed_slots(provider, {fact.path[0] for fact in known})


def _guessed_slots(
    provider: StoreProvider, known: set[str]
) -> Iterator[tuple[Store, Data]]:
    """Yield a slot for each reference under a key that the release does not have."""
    for name, value in provider.settings.items():
        if name in known or not is_reference(value):
            continue
        family = SQL if "table_name" in value else KV
        fact = StoreField(name, (name,), REFERENCE, family, api=provider.api)
        yield provider.slot(fact), value


def _omitted_slots(
    config: Data, catalog: StoreFields, version: Release
) -> Iterator[tuple[Store, str]]:
    """Yield the slots that a release fills itself, with the name of the backend
    it takes.
    """
    written = mapping_at(config, _STORES)
    for fact in catalog.server_fields(version, REFERENCE):
        if fact.path[:2] != _STORES or fact.use == "vector_stores":
            continue
        if fact.use not in written:
            yield server_slot(fact), DEFAULT_BACKENDS[fact.family]
    for provider in read_store_providers(config):
        if not isinstance(provider.config, Mapping):
            continue
        for fact in catalog.provider_fields(
            provider.api, provider.type, version, REFERENCE
        ):
            if fact.backend and fact.path[0] not in provider.config:
                yield provider.slot(fact), fact.backend
