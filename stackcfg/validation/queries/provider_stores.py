"""The stores in a provider's config: its store fields, and stores under other keys."""

from __future__ import annotations

from typing import Any, Final

from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.releases.stores import REFERENCE
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import MISSING, ModelError

CONFIG_DEPTH: Final = 4
"""Length of the path of a provider's config: `providers`, API, index, `config`."""


def store_fields(inspection: Inspection, config: Path) -> list[tuple[str, ...]]:
    """Return the paths of a provider's store fields, relative to its config."""
    entry = mapping_at(inspection.data, config[:3])
    kind = str(entry.get("provider_type"))
    found = inspection.catalog.provider_fields(
        str(config[1]), kind, inspection.version, REFERENCE
    )
    return [field.path for field in found]


def is_in_provider_config(path: Path) -> bool:
    """Return whether a path leads to something inside a provider's config."""
    return len(path) > CONFIG_DEPTH and path[0] == "providers"


def is_missing_store(inspection: Inspection, error: ModelError) -> bool:
    """Return whether a provider lacks a store, or a group of stores."""
    if error.kind != MISSING or not is_in_provider_config(error.path):
        return False
    inside = error.path[CONFIG_DEPTH:]
    fields = store_fields(inspection, error.path[:CONFIG_DEPTH])
    return any(field[: len(inside)] == inside for field in fields)


def dropped_values(inspection: Inspection, config: Path) -> list[Any]:
    """Return the values of the unknown keys of a provider's config."""
    keys = [path for path in inspection.dropped_paths if path[:-1] == config]
    return [value_at(inspection.data, key) for key in keys]
