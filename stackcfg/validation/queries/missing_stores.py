"""Stores that a release needs and the file lacks, and the keys that
were meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Final
from stackcfg.paths import as_mapping, mapping_at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.stores import REFERENCE, StoreField
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.spelling import nearest_word
from stackcfg.stores.store_map import is_reference
from stackcfg.stores.vector_metadata import VECTOR_STORES, demand_for_store
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import MISSING
from stackcfg.validation.queries.history import spans_of_key

STORES_MODEL: Final = "ServerStoresConfig"


def missing_stores(inspection: Inspection) -> Iterator[StoreField]:
    """Yield the fields of the server's own stores that are missing."""
    if not _can_lack_stores(inspection):
        return
    for error in inspection.model_errors:
        if error.kind == MISSING and error.path == STORES_PATH:
            return
    for field in inspection.catalog.server_fields(inspection.version, REFERENCE):
        is_absent = inspection.seen(field.path) is None
        is_store = field.path[:2] == STORES_PATH
        if is_store and is_absent and _is_needed(inspection, field):
            yield field


def _can_lack_stores(inspection: Inspection) -> bool:
    """Return whether other errors do not say the same."""
    storage = inspection.data.get("storage")
    # the whole section has a default
    if storage is None and inspection.version >= DEFAULTS_SINCE:
        return True
    return isinstance(storage, Mapping)


def _is_needed(inspection: Inspection, field: StoreField) -> bool:
    if field.use == "inference":
        apis = inspection.seen(("apis",))
        if isinstance(apis, list) and apis and "inference" not in apis:
            return False
    if inspection.version < DEFAULTS_SINCE:
        return field.required
    # a store that is left out has a default, an explicit null is refused
    if field.use == VECTOR_STORES:
        return bool(demand_for_vector_metadata(inspection))
    return field.use in as_mapping(inspection.seen(STORES_PATH))


def demand_for_vector_metadata(inspection: Inspection) -> str:
    """Return the setting that demands a store which is missing; empty
    if none does.
    """
    catalog, version = inspection.catalog, inspection.version
    for reading in inspection.readings:
        demand = demand_for_store(reading, catalog, version)
        if demand:
            return demand
    return ""


def misspelled_stores(inspection: Inspection) -> Mapping[str, str]:
    """Return, by the key of a missing store, the unknown key that was meant."""
    found: dict[str, str] = {}
    paths = inspection.dropped_paths
    unknown = [str(path[2]) for path in paths if path[:-1] == STORES_PATH]
    if unknown:
        missing = [str(field.path[2]) for field in missing_stores(inspection)]
        for key in unknown:
            if spans_of_key(STORES_MODEL, key):
                continue
            meant = nearest_word(key, missing)
            if meant:
                found.setdefault(meant, key)
    return found


def misspelled_section(inspection: Inspection) -> str:
    """Return the unknown key of `storage` that holds the stores; empty
    if none.
    """
    if inspection.seen(STORES_PATH) is not None:
        return ""
    for path in inspection.dropped_paths:
        if path[:-1] == STORES_PATH[:1]:
            stores = mapping_at(inspection.data, path)
            if any(map(is_reference, stores.values())):
                return str(path[1])
    return ""
