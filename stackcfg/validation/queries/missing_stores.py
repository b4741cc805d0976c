"""Stores that a release needs and the file lacks, and the keys that were meant to be them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.paths import Path, as_mapping, mapping_at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.stores import REFERENCE, StoreField
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.spelling import nearest_word
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import MISSING


def missing_stores(inspection: Inspection) -> Iterator[StoreField]:
    """Yield the fields of the server's own stores that are missing."""
    if not isinstance(inspection.data.get("storage"), Mapping):
        return
    errors = inspection.model_errors
    if any(each.kind == MISSING and each.path == STORES_PATH for each in errors):
        return
    for field in inspection.catalog.server_fields(inspection.version, REFERENCE):
        is_absent = inspection.seen(field.path) is None
        is_store = field.path[:2] == STORES_PATH
        if is_store and is_absent and _is_needed(inspection, field):
            yield field


def _is_needed(inspection: Inspection, field: StoreField) -> bool:
    if field.use == "inference" and not _may_serve_inference(inspection):
        return False
    if inspection.version < DEFAULTS_SINCE:
        return field.required
    # a store that is left out has a default, an explicit null is refused
    stores = as_mapping(inspection.seen(STORES_PATH))
    return field.use != "vector_stores" and field.use in stores


def _may_serve_inference(inspection: Inspection) -> bool:
    apis = inspection.seen(("apis",))
    return not isinstance(apis, list) or not apis or "inference" in apis


def misspelled_stores(inspection: Inspection) -> Mapping[str, str]:
    """Return, by the key of a missing store, the unknown key that was probably meant."""
    unknown = _unknown_keys(inspection, STORES_PATH)
    if not unknown:
        return {}
    missing = [str(field.path[2]) for field in missing_stores(inspection)]
    found: dict[str, str] = {}
    for path in unknown:
        meant = nearest_word(str(path[2]), missing)
        if meant:
            found.setdefault(meant, str(path[2]))
    return found


def misspelled_section(inspection: Inspection) -> str:
    """Return the unknown key of `storage` that holds the stores; empty if there is none."""
    if inspection.seen(STORES_PATH) is not None:
        return ""
    for path in _unknown_keys(inspection, STORES_PATH[:1]):
        stores = mapping_at(inspection.data, path)
        if any(map(is_reference, stores.values())):
            return str(path[1])
    return ""


def _unknown_keys(inspection: Inspection, section: Path) -> list[Path]:
    return [path for path in inspection.dropped_paths if path[:-1] == section]
