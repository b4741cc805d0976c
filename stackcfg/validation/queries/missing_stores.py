"""Which stores a release demands that the file does not have, and the keys that were probably meant to be them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.stores import REFERENCE, StoreField
from stackcfg.spelling import nearest_word
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import DROPPED, MISSING, ModelError

SECTION: Final = ("storage", "stores")


def missing_stores(inspection: Inspection) -> Iterator[StoreField]:
    """The stores that are missing, as the catalog knows them."""
    if not isinstance(inspection.data.get("storage"), Mapping):
        return
    refused = {each.path for each in inspection.model_errors if each.kind == MISSING}
    stores = inspection.seen(SECTION)
    for fact in inspection.catalog.server_fields(inspection.version, REFERENCE):
        if (
            fact.path[:2] != SECTION
            or SECTION in refused
            or inspection.seen(fact.path) is not None
        ):
            continue
        if _is_wanted(inspection, fact, stores):
            yield fact


def _is_wanted(inspection: Inspection, fact: StoreField, stores: Any) -> bool:
    if fact.use == "inference":
        apis = inspection.seen(("apis",))
        if isinstance(apis, list) and apis and "inference" not in apis:
            return False
    if inspection.version < DEFAULTS_SINCE:
        return fact.required
    return (
        fact.use != "vector_stores"
        and isinstance(stores, Mapping)
        and fact.use in stores
    )


def misspelt(inspection: Inspection) -> Mapping[str, str]:
    """By the key of a missing store, the unknown key that was probably meant to be it."""
    strays = [
        str(each.path[2])
        for each in inspection.model_errors
        if _is_stray(each, SECTION)
    ]
    wanted = (
        [str(fact.path[2]) for fact in missing_stores(inspection)] if strays else []
    )
    return {
        found: stray
        for stray in reversed(strays)
        if (found := nearest_word(stray, wanted))
    }


def misnamed_section(inspection: Inspection) -> str:
    """The unknown key of `storage` that holds references, where there are no `stores`; empty where there is none."""
    if inspection.seen(SECTION) is not None:
        return ""
    for each in inspection.model_errors:
        written = value_at(inspection.data, each.path)
        if (
            _is_stray(each, SECTION[:1])
            and isinstance(written, Mapping)
            and any(map(is_reference, written.values()))
        ):
            return str(each.path[1])
    return ""


def _is_stray(each: ModelError, section: tuple[str, ...]) -> bool:
    return (
        each.kind == DROPPED
        and len(each.path) == len(section) + 1
        and each.path[:-1] == section
    )
