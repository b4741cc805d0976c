"""Plans the storage catalog of a config: its backends, and what each
store refers to.

Two layouts. *consolidate* is the form that upstream documents (#3697):
one `kv_default`, one `sql_default`, sqlite files merged beside the old
metadata file; different servers or credentials stay apart. *preserve*
keeps every store on the database, table and key prefix that it used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.planning.allocation import BackendAllocator, PlannedBackend
from stackcfg.migration.planning.backends import (
    find_existing_backend,
    plan_group_backend,
)
from stackcfg.migration.planning.default_backends import assign_default_backend
from stackcfg.migration.planning.grouping import (
    group_by_database,
    group_by_server,
    in_naming_order,
    split_prebuilt,
)
from stackcfg.migration.planning.layouts import PRESERVE
from stackcfg.migration.planning.references import choose_references
from stackcfg.paths import Path
from stackcfg.releases.families import Target
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    REFERENCE,
    StoreField,
    StoreFields,
)
from stackcfg.stores.drift import find_drift
from stackcfg.stores.store_map import Reference, Store, StoreMap


class BackendPlan(NamedTuple):
    """What a catalog gets.

    `backends` are new, in the order in which they are written;
    `references` and `facts` (the fields of the target) are by the key
    of the store; `drift` are pairs of stores whose databases were
    probably meant to be one, with the field that differs.
    `first_backends` are by the path of an inline store: the first
    backend made from it takes its comments.
    """

    backends: tuple[PlannedBackend, ...] = ()
    references: Mapping[str, Reference] = {}
    facts: Mapping[str, StoreField] = {}
    drift: tuple[tuple[Path, Path, str], ...] = ()
    first_backends: Mapping[Path, PlannedBackend] = {}


def plan_backends(
    inline: StoreMap,
    written: StoreMap,
    store_fields: StoreFields,
    target: Target,
    layout: str,
    image_name: str,
) -> BackendPlan:
    """Return the backends that a config needs, and what each store refers to.

    `inline` is the map of the inline stores, `written` that of the
    references and backends that the file has.
    """
    stores = [store for store in inline.stores if store.state != "superseded"]
    facts = {
        store.key: _find_target_field(store, store_fields, target)
        for store in inline.stores
    }
    placed = [store for store in stores if store.location is not None]
    if layout == PRESERVE:
        groups = group_by_database(placed)
    else:
        merged, apart = split_prebuilt(placed)
        groups = [*group_by_server(merged, facts), *group_by_database(apart)]
    allocator = BackendAllocator(groups, written, facts, layout, image_name)
    chosen = _choose_backends(stores, allocator)
    references = choose_references(stores, chosen, allocator, store_fields)
    backends = sorted(allocator.planned, key=_writing_order)
    drift = tuple(find_drift(placed))
    first_backends = _find_first_backends(backends)
    return BackendPlan(tuple(backends), references, facts, drift, first_backends)


def _find_first_backends(
    backends: Iterable[PlannedBackend],
) -> dict[Path, PlannedBackend]:
    """Return the first backend that is made from each inline store."""
    found: dict[Path, PlannedBackend] = {}
    for backend in backends:
        if backend.sources:
            found.setdefault(backend.sources[0], backend)
    return found


def _choose_backends(
    stores: list[Store], allocator: BackendAllocator
) -> dict[str, str]:
    """Return the name of the backend of each store by its key."""
    chosen: dict[str, str] = {}
    for group in in_naming_order(allocator.groups):
        existing = find_existing_backend(group, allocator)
        if existing is not None:
            name = existing.name
        else:
            planned = plan_group_backend(group, allocator)
            allocator.add(planned)
            name = planned.name
        allocator.assign(name, group.stores)
        chosen |= {store.key: name for store in group.stores}
    # new stores come last: they go where the others are
    for store in stores:
        if store.reference is not None:
            chosen[store.key] = store.reference.backend
        elif store.location is None:
            chosen[store.key] = assign_default_backend(store, allocator)
    return chosen


def _writing_order(backend: PlannedBackend) -> tuple[bool, bool]:
    is_default = backend.name == DEFAULT_BACKENDS[backend.family]
    return backend.family != KV, not is_default


def _find_target_field(
    store: Store,
    store_fields: StoreFields,
    target: Target,
) -> StoreField:
    """Return the target's field of a store, its own if the provider is
    unknown.
    """
    fact = store.fact
    if not fact.known:
        return fact._replace(path=(fact.use,))
    fields = store_fields.provider_fields(
        fact.api, fact.provider_type, target.last, REFERENCE
    )
    return next(each for each in fields if each.use == fact.use)
