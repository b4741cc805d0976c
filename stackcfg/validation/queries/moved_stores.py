"""The stores that a fix moves, and the names that keep two stores apart."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.catalog import read_implied_stores
from stackcfg.stores.store_map import Store
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule_finding import Correction, UnsafeFix, value_of

_NOT_IN_NAMES: Final = lazy_pattern(r"\W+")


def stores_of_backend(inspection: Inspection, path: Path) -> tuple[Path, ...]:
    """Return the stores on the backend that a path leads into."""
    if path[:2] != BACKENDS_PATH or len(path) < 3:
        return ()
    implied = read_implied_stores(
        inspection.loaded, inspection.catalog, inspection.version
    )
    stores = (*inspection.stores.stores, *implied)
    return tuple(
        store.path
        for store in stores
        if store.reference is not None and store.reference.backend == path[2]
    )


def name_apart(inspection: Inspection, store: Store, field: str) -> UnsafeFix | None:
    """Return the fix that gives a store a namespace or table of its own.

    `field` is where the name is. There is none for a name that a
    variable gives.
    """
    reference = store.reference
    if reference is None or "${" in reference.name or "{{" in reference.name:
        return None
    taken = {
        other.reference.name for other in inspection.stores.stores if other.reference
    }
    new = next(name for name in _names_for(store, reference.name) if name not in taken)
    return UnsafeFix(
        f"write '{new}'; rows under '{reference.name}' are not visible to it then",
        (Correction(value_of(*store.path, field), new),),
        (store.path,),
    )


def _names_for(store: Store, name: str) -> Iterator[str]:
    """Yield names that say whose a store is, and then numbers."""
    owner = _NOT_IN_NAMES.sub("_", store.owner).strip("_")
    if owner:
        yield f"{name}_{owner}"
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1
