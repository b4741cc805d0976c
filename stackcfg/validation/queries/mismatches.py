"""Which rule speaks of which mismatch: each mismatch between config and models has exactly one subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.resources import resource_lists
from stackcfg.releases.stores import REFERENCE, inline_store_keys
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.stores.inline import looks_inline
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DEPRECATED,
    DROPPED,
    INVALID,
    KEY_TYPE,
    MISSING,
    TAG,
    TYPE,
    ModelError,
)
from stackcfg.validation.queries.missing_stores import SECTION, misspelt

REFERENCES: Final = frozenset(
    {
        "KVStoreReference",
        "SqlStoreReference",
        "InferenceStoreReference",
        "ResponsesStoreReference",
    }
)
"""The config models of references into the catalog."""

NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
"""Values of a dropped key with which nothing is lost."""

_PLAIN: Final = {
    DEPRECATED: "deprecated_key",
    MISSING: "missing_field",
    TYPE: "wrong_type",
    KEY_TYPE: "wrong_type",
    TAG: "wrong_type",
    INVALID: "invalid_value",
}


def mismatches_for(inspection: Inspection, subject: str) -> Iterator[ModelError]:
    """The mismatches that are a rule's own; `subject` is the name of its module."""
    if inspection.subjects is None:
        inspection.subjects = {}
        for each in inspection.mismatches:
            inspection.subjects.setdefault(subject_of(inspection, each), []).append(
                each
            )
    yield from inspection.subjects.get(subject, ())


def subject_of(inspection: Inspection, each: ModelError) -> str:
    """The one rule that speaks of a mismatch, by the name of its module; empty for what another finding covers."""
    if each.path in inspection.unset:
        return "unset_variable"
    if each.path[:2] == ("storage", "backends") and len(each.path) == 4:
        if each.path[3] == "type":
            return "backend_type"
        if each.kind == DROPPED:
            return "backend_field"
    if _is_inline(inspection, each):
        return "inline_store"
    if each.path[:1] == ("providers",) and len(each.path) > 4:
        misplaced = _misplaced(inspection, each)
        if misplaced is not None:
            return misplaced
    if each.model in REFERENCES and each.kind in (MISSING, DROPPED):
        return "reference_field"
    stray_store = (
        each.kind == DROPPED and each.path[:2] == SECTION and len(each.path) == 3
    )
    if stray_store and each.path[2] in misspelt(inspection).values():
        return ""
    if each.path[:2] == ("server", "auth") and each.kind in (DROPPED, MISSING):
        return "authentication"
    if (
        each.kind == DROPPED
        and len(each.path) == 1
        and each.path[0] in {old.old for old in resource_lists()}
    ):
        return "moved_key"
    written = value_at(inspection.data, each.path)
    if (
        each.kind in (TYPE, TAG, INVALID)
        and isinstance(written, str)
        and has_placeholder(written)
    ):
        return "retyped_default"
    return _PLAIN.get(each.kind, "unknown_key")


def _is_inline(inspection: Inspection, each: ModelError) -> bool:
    """Whether a mismatch comes from a store of the old style: at it, or of a field inside or missing in it."""
    if inspection.version < CATALOG_SINCE:
        return False
    if (
        each.kind == DROPPED
        and len(each.path) == 1
        and each.path[0] in inline_store_keys()
    ):
        return True
    if each.path[:2] == ("storage", "backends"):
        return False
    return any(
        isinstance(value_at(inspection.data, each.path[:length]), Mapping)
        and looks_inline(value_at(inspection.data, each.path[:length]))
        for length in (len(each.path) - 1, len(each.path))
        if length > 1
    )


def _misplaced(inspection: Inspection, each: ModelError) -> str | None:
    """For a store written under a field that this provider does not have: `store_field`; empty for what it lacks."""
    base: Path = each.path[:4]
    inside = each.path[4:]
    if (
        each.kind == DROPPED
        and len(inside) == 1
        and is_reference(value_at(inspection.data, each.path))
    ):
        return "store_field"
    if each.kind == MISSING and missing_store_field(inspection, base, inside):
        strays = [
            other
            for other in inspection.mismatches
            if other.path[:4] == base and other.kind == DROPPED
        ]
        if any(
            len(other.path) == 5 and is_reference(value_at(inspection.data, other.path))
            for other in strays
        ):
            return ""
        if any(
            len(other.path) == 5 and looks_inline(value_at(inspection.data, other.path))
            for other in strays
        ):
            return ""
    return None


def missing_store_field(inspection: Inspection, base: Path, inside: Path) -> bool:
    """Whether a field of a provider's config holds a store, or a group of stores."""
    return any(
        field[: len(inside)] == inside for field in store_fields(inspection, base)
    )


def store_fields(inspection: Inspection, base: Path) -> list[tuple[str, ...]]:
    """The paths of the store fields of the provider whose config is at `base`."""
    entry = value_at(inspection.data, base[:3])
    kind = str(entry.get("provider_type")) if isinstance(entry, Mapping) else ""
    found = inspection.catalog.provider_fields(
        str(base[1]), kind, inspection.version, REFERENCE
    )
    return [field.path for field in found]
