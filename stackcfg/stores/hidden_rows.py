"""Stores whose rows a server does not find, since they are under a namespace."""

from __future__ import annotations

from stackcfg.releases.stores import KV, loss_under_namespace
from stackcfg.releases.versions import Release
from stackcfg.stores.store_map import Store


def find_loss(store: Store, engine: str, version: Release) -> str:
    """Return what a server does not do with the rows of a store on an engine.

    Empty if it does everything, as with each store that has no
    namespace.
    """
    reference = store.reference
    if store.family != KV or reference is None or not reference.name:
        return ""
    return loss_under_namespace(store.fact.keys, engine, version)
