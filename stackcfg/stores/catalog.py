"""Reads the store map of a new-style config: references (0.3.0, #3697)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.paths import Data, as_mapping, mapping_at, value_at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.sections import BACKENDS_PATH, STORES_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.server_tables import read_tables
from stackcfg.stores.slots import StoreOwner, read_store_owners
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


def read_catalog(config: Data, catalog: StoreFields, version: Release) -> StoreMap:
    """Read the references of a config, located as a release does it."""
    config = read_tables(config, version)
    backends = read_backends(config)
    stores: list[Store] = []
    for slot, value in _referring_slots(config, catalog, version):
        reference = read_reference(value, slot.fact.name_field)
        stores.append(_locate_slot(slot, reference, backends, version))
    return StoreMap(tuple(stores), backends)


def read_backends(config: Data) -> dict[str, Backend]:
    """Read the entries of `storage.backends`; an empty one has no type."""
    backends: dict[str, Backend] = {}
    for name, entry in mapping_at(config, BACKENDS_PATH).items():
        is_backend = entry is None or isinstance(entry, Mapping)
        # `validate` reports the others, and names that are no strings
        if not is_backend or not isinstance(name, str):
            continue
        fields = dict(as_mapping(entry))
        kind = as_string(fields.pop("type", None))
        backends[name] = Backend(name, kind, fields)
    return backends


def required_server_stores(catalog: StoreFields, version: Release) -> list[str]:
    """Return the names of the server's own stores without which a
    release does not start.
    """
    fields = catalog.server_fields(version, REFERENCE)
    own = [each for each in fields if each.path[:2] == STORES_PATH]
    return [each.path[2] for each in own if each.required]


def read_implied_stores(
    config: Data, catalog: StoreFields, version: Release
) -> Iterator[Store]:
    """Yield the stores that a file omits and default backends hold.

    A file without `storage.backends` has none: the server takes its own
    section.
    """
    if version < DEFAULTS_SINCE:
        return
    if not isinstance(value_at(config, BACKENDS_PATH), Mapping):
        return
    backends = read_backends(config)
    for slot, name in _omitted_slots(config, catalog, version):
        reference = Reference(name, slot.fact.default)
        store = _locate_slot(slot, reference, backends, version)
        yield store._replace(state="absent")


def _locate_slot(
    slot: Store, reference: Reference, backends: Mapping[str, Backend], version: Release
) -> Store:
    location = None
    backend = backends.get(reference.backend)
    if backend is not None:
        location = locate(slot.fact, backend, reference, version)
    return slot._replace(reference=reference, location=location)


def locate(
    fact: StoreField, backend: Backend, reference: Reference, version: Release
) -> Location:
    """Return where a release keeps the rows of a reference."""
    engine = backend.engine
    fields = backend.fields
    connection = connection_of(engine, backend.family, fields, version)
    if fact.family == SQL:
        return Location(engine, connection, fact.table or reference.name)
    prefix = ""
    if applies_namespace(engine, version):
        prefix = reference.name
    table = kv_table(engine, fields, version)
    return Location(engine, connection, table, prefix)


def _referring_slots(
    config: Data, catalog: StoreFields, version: Release
) -> Iterator[tuple[Store, Data]]:
    """Yield the slots that hold a reference, with what is written there."""
    for owner in read_store_owners(config):
        known = owner.fields(catalog, version, REFERENCE)
        for fact in known:
            value = value_at(owner.settings, fact.path)
            if is_reference(value):
                yield owner.slot(fact), value
        # a known class drops the keys that it does not have
        if owner.api and provider_spec(owner.api, owner.type, version) is None:
            yield from _guessed_slots(owner, {fact.path[0] for fact in known})


def _guessed_slots(owner: StoreOwner, known: set[str]) -> Iterator[tuple[Store, Data]]:
    """Yield a slot for each reference under an unknown key."""
    for name, value in owner.settings.items():
        if name in known or not is_reference(value):
            continue
        family = KV
        if "table_name" in value:
            family = SQL
        fact = StoreField(name, (name,), REFERENCE, family, api=owner.api)
        yield owner.slot(fact), value


def _omitted_slots(
    config: Data, catalog: StoreFields, version: Release
) -> Iterator[tuple[Store, str]]:
    """Yield the slots that a release fills itself, with their backends."""
    for owner in read_store_owners(config):
        if not isinstance(owner.config, Mapping):
            continue
        for fact in owner.fields(catalog, version, REFERENCE):
            backend = _default_backend(owner, fact)
            if backend:
                slot = owner.slot(fact)
                yield slot._replace(disabled=owner.disabled), backend


def _default_backend(owner: StoreOwner, fact: StoreField) -> str:
    """Return the backend of an omitted field; empty without a default."""
    if owner.api and fact.path[0] not in owner.settings:
        return fact.backend
    if owner.api or fact.path[:2] != STORES_PATH or fact.use == "vector_stores":
        return ""
    if fact.use in mapping_at(owner.settings, STORES_PATH):
        return ""
    return DEFAULT_BACKENDS[fact.family]
