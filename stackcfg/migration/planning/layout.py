"""Plans the storage catalog of a config: its backends, and what each consumer refers to.

Two layouts. *consolidate* is the form that upstream documents (#3697): one `kv_default`, one `sql_default`, sqlite
files merged beside the old metadata file; different servers or credentials stay apart. *preserve* keeps every store
on the database, table and key prefix that it used.

Pure: from a store map and the catalog to a plan; nothing here knows text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from stackcfg.migration.planning.backends import (
    BackendAllocator,
    PlannedBackend,
    existing_backend,
    fresh_backend,
    new_backend,
)
from stackcfg.migration.planning.grouping import consolidated, named_first, preserved
from stackcfg.migration.planning.layouts import PRESERVE
from stackcfg.paths import Path
from stackcfg.releases.families import Target
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    REFERENCE,
    SQL,
    StoreField,
    StoreFields,
)
from stackcfg.runconfig.placeholders import (
    add_default,
    may_be_empty,
    remove_conditions,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.drift import find_drift
from stackcfg.stores.store_map import Reference, Store, StoreMap


@dataclass(frozen=True, slots=True)
class BackendPlan:
    """New backends in the order in which they are written, a reference per consumer, probable drift in words."""

    backends: tuple[PlannedBackend, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    facts: Mapping[str, StoreField] = field(default_factory=dict)
    drift: tuple[tuple[Path, Path, str], ...] = ()


def plan_backends(
    stores: StoreMap,
    written: StoreMap,
    catalog: StoreFields,
    target: Target,
    layout: str,
    image_name: str = "",
) -> BackendPlan:
    """Decide which backends a config needs and what each consumer refers to.

    `stores` is the map of the inline stores, `written` that of the references and backends the file already has.
    """
    uses = [use for use in stores.stores if use.state != "superseded"]
    facts = {use.key: _target_fact(use, catalog, target) for use in stores.stores}
    placed = [use for use in uses if use.location is not None]
    groups = preserved(placed) if layout == PRESERVE else consolidated(placed, facts)
    site = BackendAllocator(groups, written, facts, layout, image_name)
    chosen: dict[str, str] = {}
    for group in named_first(groups):
        backend = existing_backend(group, site) or new_backend(group, site)
        site.settle(backend, group.uses)
        chosen |= {use.key: backend.name for use in group.uses}
    for use in uses:
        if use.reference is not None:
            chosen[use.key] = use.reference.backend
        elif use.location is None:
            chosen[use.key] = fresh_backend(use, site)
    references = _references(uses, chosen, site, catalog)
    ordered = sorted(
        site.made,
        key=lambda each: (
            each.family != KV,
            each.name != DEFAULT_BACKENDS[each.family],
        ),
    )
    return BackendPlan(tuple(ordered), references, facts, tuple(find_drift(placed)))


def _target_fact(use: Store, catalog: StoreFields, target: Target) -> StoreField:
    """The field that the target release has for this use; a guessed provider keeps its own."""
    if not use.fact.known:
        return use.fact
    api, kind = use.fact.api, use.fact.provider_type
    known = catalog.provider_fields(api, kind, target.last, REFERENCE)
    return next(each for each in known if each.use == use.fact.use)


def _references(
    uses: list[Store],
    chosen: Mapping[str, str],
    site: BackendAllocator,
    catalog: StoreFields,
) -> dict[str, Reference]:
    """What each consumer refers to. No two that were apart get the same name in one place."""
    result: dict[str, Reference] = {}
    taken: dict[tuple[object, ...], Store] = {}
    for use in site.written.stores:
        if use.reference is not None:
            taken[(*site.place_of(use.reference.backend), use.reference.name)] = use
    for use in uses:
        fact = site.facts[use.key]
        if use.reference is not None:
            result[use.key] = use.reference
            continue
        place = site.place_of(chosen[use.key])
        for name in _names_for(use, fact, catalog, site.layout):
            other = taken.setdefault((*place, name), use)
            kept = site.layout == PRESERVE and use.location is not None
            if (
                other is use
                or kept
                or (use.location is not None and other.location == use.location)
            ):
                break
        extra: tuple[tuple[str, Any], ...] = ()
        if fact.queue:
            extra = tuple(
                {
                    "max_write_queue_size": 10000,
                    "num_writers": 4,
                    **dict(use.queue),
                }.items()
            )
        result[use.key] = Reference(chosen[use.key], name, extra)
    return result


def _names_for(
    use: Store, fact: StoreField, catalog: StoreFields, layout: str
) -> Iterator[str]:
    """Namespaces or table names for a consumer, the wanted one first."""
    default = fact.default or f"{fact.api}::{use.owner}"
    written = as_string(use.inline.field(use.fact.name_field)) if use.inline else ""
    if layout == PRESERVE and use.location is not None:
        if use.family == KV:
            yield use.location.prefix
        else:
            yield (
                use.location.table
                if use.location.table and _honoured(use, catalog)
                else default
            )
        return
    if written:
        yield add_default(written, default) if may_be_empty(written) else written
    yield default
    named = f"{default}_{re.sub(r'[^A-Za-z0-9]+', '_', remove_conditions(use.owner)).strip('_')}"
    yield named
    yield from (f"{named}_{number}" for number in count(2))


def _honoured(use: Store, catalog: StoreFields) -> bool:
    """Whether some release takes this consumer's table name from the reference, so that it must be the old one."""
    return any(
        each.use == use.fact.use
        and each.family == SQL
        and each.style == REFERENCE
        and not each.table
        for each in catalog.fields
    )
