"""Tells run configs from other YAML documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.resources import resource_lists
from stackcfg.releases.stores import inline_store_keys
from stackcfg.runconfig.providers import provider_entries
from stackcfg.stores.store_map import is_reference

_NEVER_IN_CHARTS: Final = ("apis", "image_name", "distro_name")
"""Keys of run configs that the values of no known chart have; both have
providers.
"""

_BACKENDS: Final = ("storage", "backends")


def is_run_config(data: Any) -> bool:
    """Return whether a document is a run config.

    One has providers with types, inline stores, or a storage catalog; with
    `image_name` any providers will do.
    """
    if not isinstance(data, Mapping) or helm_chart_key(data):
        return False
    if "apiVersion" in data and "kind" in data:
        return False
    if any("provider_type" in provider for _, _, provider in provider_entries(data)):
        return True
    if isinstance(value_at(data, _BACKENDS), Mapping) or _has_inline_store(data):
        return True
    return "image_name" in data and isinstance(data.get("providers"), Mapping)


def _has_inline_store(data: Mapping[str, Any]) -> bool:
    stores = [data.get(key) for key in inline_store_keys()]
    return any(isinstance(each, Mapping) and not is_reference(each) for each in stores)


def helm_chart_key(data: Any) -> str:
    """Return the key that shows that a document is the values of a Helm chart.

    In charts `models` and its like are mappings. Empty if the document has
    something that only run configs have: then such a mapping is a mistake.
    """
    if not isinstance(data, Mapping) or any(key in data for key in _NEVER_IN_CHARTS):
        return ""
    if data.get("version") in (2, "2"):
        return ""
    if isinstance(value_at(data, _BACKENDS), Mapping):
        return ""
    for resource in resource_lists():
        if isinstance(data.get(resource.old), Mapping):
            return resource.old
    return ""
