"""The names of models that the places of a run config give."""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Path, value_at
from stackcfg.releases.model_names import RESOURCE, RESOURCE_PREFIX, ModelPlace


def name_at(data: Mapping[str, Any], place: ModelPlace, path: Path) -> str | None:
    """Return the name at a path that fits a place; None if it is no string.

    A name beside it counts where the place has a `fallback`. For places
    that are mappings (`QUALIFIED`) there is none.
    """
    value = value_at(data, path)
    if value is None and place.fallback:
        value = value_at(data, (*path[:-1], place.fallback))
    if not isinstance(value, str):
        return None
    if place.form != RESOURCE:
        return value
    if not value.startswith(RESOURCE_PREFIX):
        return None
    return value.removeprefix(RESOURCE_PREFIX)
