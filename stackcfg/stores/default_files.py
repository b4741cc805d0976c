"""Locates the stores of 0.1.0 to 0.1.6 that a provider
opens by default.
"""

from __future__ import annotations

from stackcfg.releases.stores import default_store_file
from stackcfg.releases.versions import Release
from stackcfg.stores.store_map import KV_TABLE, Location, Store, StoreMap


def locate_default_files(stores: StoreMap, oldest: Release) -> StoreMap:
    """Return a map of inline stores whose absent ones
    have their default files.

    `oldest` is the oldest release that the file can be
    for: only such a release starts with a provider that
    names no store.
    """
    located = tuple(_locate(store, oldest) for store in stores.stores)
    return stores._replace(stores=located)


def _locate(store: Store, oldest: Release) -> Store:
    if store.state != "absent" or store.location is not None:
        return store
    file = default_store_file(store.fact.api, store.fact.provider_type, oldest)
    if not file:
        return store
    location = Location("sqlite", (("db_path", file),), KV_TABLE)
    return store._replace(location=location)
