"""The stores in a provider's config: its store fields, and stores under
other keys.
"""

from __future__ import annotations

from stackcfg.light_typing import Any, Final
from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.releases.stores import REFERENCE
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import MISSING, ModelError

CONFIG_DEPTH: Final = 4
"""Length of the path of a provider's config: `providers`, API, index,
`config`.
"""


def store_fields(inspection: Inspection, config: Path) -> list[tuple[str, ...]]:
    """Return the paths of a provider's store fields, relative to its config."""
    kind = value_at(inspection.data, (*config[:3], "provider_type"))
    catalog, version = inspection.catalog, inspection.version
    api = str(config[1])
    fields = catalog.provider_fields(
        api,
        str(kind),
        version,
        REFERENCE,
    )
    return [field.path for field in fields]


def dropped_beside_missing_store(
    inspection: Inspection, error: ModelError
) -> list[Any]:
    """Return the values of the unknown keys in a provider's config that
    lacks a store.

    The list is empty unless the error is the lack of a store, or of a
    group of stores.
    """
    config, inside = error.path[:CONFIG_DEPTH], error.path[CONFIG_DEPTH:]
    if error.kind != MISSING or config[0] != "providers" or not inside:
        return []
    starts = [field[: len(inside)] for field in store_fields(inspection, config)]
    if inside not in starts:
        return []
    written = mapping_at(inspection.data, config)
    return [
        value for key, value in written.items() if inspection.is_dropped((*config, key))
    ]
