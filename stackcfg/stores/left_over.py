"""Tells inline stores that are left over from those that
are the stores of a file.
"""

from __future__ import annotations

from collections.abc import Iterable

from stackcfg.paths import Data, mapping_at
from stackcfg.runconfig.sections import BACKENDS_PATH, STORES_PATH
from stackcfg.stores.store_map import Store, is_reference

REGISTRY = ("metadata",)
"""The store that every server needs."""


def find_left_over(stores: Iterable[Store]) -> list[Store]:
    """Return the inline stores that have no reference
    beside them.

    One that a step has written has no location: it holds
    no rows.
    """
    return [
        store
        for store in stores
        if store.inline is not None and store.location and store.state != "superseded"
    ]


def has_server_catalog(
    config: Data, inline: Iterable[Store], needed: Iterable[str] = REGISTRY
) -> bool:
    """Return whether the stores of the server are in the
    catalog of a config.

    Inline stores of providers are left over then: no
    release reads both.
    """
    if not mapping_at(config, BACKENDS_PATH):
        return False
    written = mapping_at(config, STORES_PATH)
    if not all(is_reference(written.get(name)) for name in needed):
        return False
    return all(store.fact.api for store in find_left_over(inline))
