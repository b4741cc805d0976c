"""The KV stores under a namespace that hides their rows from lists."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import NamedTuple
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.stores.catalog import read_implied_stores
from stackcfg.stores.hidden_rows import find_loss
from stackcfg.stores.store_map import Reference, Store
from stackcfg.validation.inspection import Inspection


class UnlistedStore(NamedTuple):
    """A store, its reference and engine, and what the server does not do."""

    store: Store
    reference: Reference
    engine: str
    loss: str


def find_unlisted_stores(inspection: Inspection) -> Iterator[UnlistedStore]:
    """Yield each such store."""
    for store in (*inspection.references, *_server_stores(inspection)):
        location, reference = store.location, store.reference
        if location is None or reference is None:
            continue
        loss = find_loss(store, location.engine, inspection.version)
        if loss:
            yield UnlistedStore(store, reference, location.engine, loss)


def _server_stores(inspection: Inspection) -> Iterator[Store]:
    """Yield the stores of the server that a file leaves out."""
    implied = read_implied_stores(
        inspection.loaded,
        inspection.catalog,
        inspection.version,
    )
    for store in implied:
        if store.path[:2] == STORES_PATH:
            yield store
