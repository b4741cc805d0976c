"""What a document is: a run config or not, and whether it is of the old style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.resources import resource_lists
from stackcfg.releases.stores import inline_store_keys
from stackcfg.runconfig.providers import provider_entries
from stackcfg.stores.store_map import is_reference

NEVER_IN_CHARTS: Final = ("apis", "image_name", "distro_name")
"""Keys of run configs that the values of no known chart have; providers stand in both."""


def is_run_config(data: Any) -> bool:
    """Whether a document is a run config: providers with types, stores, or a storage catalog."""
    if not isinstance(data, Mapping) or ("apiVersion" in data and "kind" in data):
        return False
    if helm_chart_key(data):
        return False
    if any("provider_type" in provider for _, _, provider in provider_entries(data)):
        return True
    if isinstance(value_at(data, ("storage", "backends")), Mapping):
        return True
    stores = any(
        isinstance(data.get(key), Mapping) and not is_reference(data[key])
        for key in inline_store_keys()
    )
    return stores or (
        "image_name" in data and isinstance(data.get("providers"), Mapping)
    )


def helm_chart_key(data: Any) -> str:
    """The key by which a document shows that it is the values of a Helm chart: there `models` is a mapping.

    Empty where something that only run configs have stands beside it; there the mapping is a fault.
    """
    if not isinstance(data, Mapping) or any(key in data for key in NEVER_IN_CHARTS):
        return ""
    if data.get("version") in (2, "2") or isinstance(
        value_at(data, ("storage", "backends")), Mapping
    ):
        return ""
    return next(
        (
            each.old
            for each in resource_lists()
            if isinstance(data.get(each.old), Mapping)
        ),
        "",
    )
