"""What the report says of stores: which the old and the new server
open, and whether the new one sees the old rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.state import ConfigReader, MigrationState
from stackcfg.releases.stores import LAST_INLINE, find_engine
from stackcfg.releases.versions import Release
from stackcfg.stores.backend_names import named_backends
from stackcfg.stores.catalog import read_backends
from stackcfg.stores.left_over import find_left_over
from stackcfg.stores.opened import read_opened_stores, with_default_backends
from stackcfg.stores.store_map import (
    Backend,
    Location,
    Store,
    StoreMap,
    connection_of,
)
from stackcfg.stores.visibility import StoreVisibility, compare_visibility


def compare_stores(state: MigrationState) -> list[StoreVisibility]:
    """Return for each store that a server opens whether the target sees
    its rows.
    """
    target, now = state.target, state.now
    before, release = _read_before(state)
    after = _read_opened(now, target.last)
    data, fields = now.config.data, now.store_fields
    return compare_visibility(before, after, data, fields, target, release)


def _read_before(state: MigrationState) -> tuple[StoreMap, Release]:
    """Return the stores of the old server, and its release."""
    if state.inline.stores and not state.has_own_catalog:
        return state.inline, min(state.age.newest, LAST_INLINE)
    # a file that can be for the target has its rows where the target looks
    release = min(state.age.newest, state.target.last)
    found = _read_opened(state.original, release)
    left_over = find_left_over(state.inline.stores)
    return found._replace(stores=(*found.stores, *left_over)), release


def _read_opened(reader: ConfigReader, release: Release) -> StoreMap:
    data = with_default_backends(reader.config.data, release)
    found = read_opened_stores(data, reader.store_fields, release)
    kept = tuple(store for store in found.stores if _is_opened(store))
    return found._replace(stores=kept)


def _is_opened(store: Store) -> bool:
    """Return whether a server opens a store; a default one needs its
    provider and its backend.
    """
    if store.state != "absent":
        return True
    return not store.disabled and store.location is not None


def find_unused_backends(
    state: MigrationState, stores: list[StoreVisibility]
) -> Iterator[tuple[str, Location]]:
    """Yield the backends of the new file that no store is on."""
    data = state.now.config.data
    used = {store.backend for store in stores}
    backends = read_backends(data)
    unused = [each for each in backends.values() if each.name not in used]
    if not unused:
        return
    named = named_backends(data)
    if any("${env." in name for name in named):
        return
    for backend in unused:
        if backend.name not in named:
            yield from _locate(backend, state.target.last)


def _locate(backend: Backend, version: Release) -> Iterator[tuple[str, Location]]:
    """Yield the database of a backend, if its type is known."""
    engine, family = backend.engine, backend.family
    if find_engine(family, engine) is None:
        return
    connection = connection_of(engine, family, backend.fields, version)
    yield backend.name, Location(engine, connection)
