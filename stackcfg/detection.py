"""What a document is: a run config or not, and whether it is of the old style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.catalog import resource_lists
from stackcfg.inline_stores import at, is_reference, providers

STORE_KEYS: Final = ("metadata_store", "inference_store", "conversations_store")


def is_run_config(data: Any) -> bool:
    """Whether a document is a run config: providers with types, stores, or a storage catalog."""
    if not isinstance(data, Mapping) or ("apiVersion" in data and "kind" in data):
        return False
    if chart_key(data):
        return False
    if any("provider_type" in provider for _, _, provider in providers(data)):
        return True
    if isinstance(at(data, ("storage", "backends")), Mapping):
        return True
    stores = any(isinstance(data.get(key), Mapping) and not is_reference(data[key]) for key in STORE_KEYS)
    return stores or ("image_name" in data and isinstance(data.get("providers"), Mapping))


def chart_key(data: Any) -> str:
    """The key by which a document shows that it is the values of a Helm chart: there `models` is a mapping."""
    if not isinstance(data, Mapping):
        return ""
    return next((each.old for each in resource_lists() if isinstance(data.get(each.old), Mapping)), "")


def is_old_style(data: Mapping[str, Any]) -> bool:
    """Whether a run config has anything at its top that 0.3 dropped or moved, or lacks the catalog that it requires."""
    if not isinstance(data.get("storage"), Mapping):
        return True
    moved = {*STORE_KEYS, *(resource.old for resource in resource_lists())}
    return any(key in data for key in moved) or bool(at(data, ("providers", "telemetry")))
