"""The reference of each store: the backend, and the namespace or table
name in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count

from stackcfg.light_typing import Any, Final
from stackcfg.migration.planning.allocation import BackendAllocator
from stackcfg.migration.planning.grouping import location_of
from stackcfg.migration.planning.layouts import PRESERVE
from stackcfg.releases.stores import KV, REFERENCE, SQL, StoreField, StoreFields
from stackcfg.runconfig.placeholders import (
    add_default,
    may_be_empty,
    remove_conditions,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Reference, Store

QUEUE: Final[Mapping[str, Any]] = {"max_write_queue_size": 10000, "num_writers": 4}
"""What upstream's own files have for stores that are written through a queue."""


def choose_references(
    stores: list[Store],
    backends: Mapping[str, str],
    allocator: BackendAllocator,
    store_fields: StoreFields,
) -> dict[str, Reference]:
    """Return the reference of each store by its key; rows that were
    apart stay apart.

    `backends` are the names of the chosen backends by the key of the
    store.
    """
    taken: dict[tuple[object, ...], Store] = {}
    if any(store.reference is None for store in stores):
        taken = _taken_names(allocator)
    found: dict[str, Reference] = {}
    for store in stores:
        if store.reference is not None:
            found[store.key] = store.reference
            continue
        backend, field = backends[store.key], allocator.fields[store.key]
        place = allocator.place_of(backend)
        names = _possible_names(store, field, store_fields, allocator.layout)
        name = _take_name(store, place, names, taken)
        found[store.key] = Reference(backend, name, _queue_fields(store, field))
    return found


def _taken_names(allocator: BackendAllocator) -> dict[tuple[object, ...], Store]:
    """Return the stores with a reference, by the place and the name of their rows."""
    taken: dict[tuple[object, ...], Store] = {}
    for store in allocator.written.stores:
        if store.reference is not None:
            place = allocator.place_of(store.reference.backend)
            taken[(*place, store.reference.name)] = store
    return taken


def _take_name(
    store: Store,
    place: tuple[object, ...],
    names: Iterator[str],
    taken: dict[tuple[object, ...], Store],
) -> str:
    """Return the first name that is free, or of a store from the same place."""
    name = ""
    for name in names:
        other = taken.setdefault((*place, name), store)
        if other is store:
            break
        if store.location is not None and other.location == store.location:
            break
    return name


def _queue_fields(store: Store, field: StoreField) -> tuple[tuple[str, Any], ...]:
    if not field.queue:
        return ()
    return tuple({**QUEUE, **dict(store.queue)}.items())


def _possible_names(
    store: Store,
    field: StoreField,
    store_fields: StoreFields,
    layout: str,
) -> Iterator[str]:
    """Yield namespaces or table names for a store, the wanted one first."""
    default = field.default or f"{field.api}::{store.owner}"
    if layout == PRESERVE and store.location is not None:
        yield _preserved_name(store, default, store_fields)
        return
    if store.inline is not None:
        written = as_string(store.inline.field(store.fact.name_field))
        if written and may_be_empty(written):
            written = add_default(written, default)
        if written:
            yield written
    yield default
    owner = re.sub(r"[^A-Za-z0-9]+", "_", remove_conditions(store.owner))
    named = f"{default}_{owner.strip('_')}"
    yield named
    for number in count(2):
        yield f"{named}_{number}"


def _preserved_name(
    store: Store,
    default: str,
    store_fields: StoreFields,
) -> str:
    place = location_of(store)
    if store.family == KV:
        return place.prefix
    if place.table and _is_table_name_read(store, store_fields):
        return place.table
    return default


def _is_table_name_read(store: Store, store_fields: StoreFields) -> bool:
    """Return whether any release reads the table name of a store."""
    for field in store_fields.fields:
        is_same_use = field.use == store.fact.use and field.family == SQL
        if is_same_use and field.style == REFERENCE and not field.table:
            return True
    return False
