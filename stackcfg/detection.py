"""What a document is: a run config or not, and whether it is of the old style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackcfg.catalog import Target, api_newer, provider_newer, resource_lists
from stackcfg.inline_stores import at, is_reference, providers
from stackcfg.storage import text_of

NEWER_KEYS: Final = ("distro_name", "connectors")
"""Top-level keys that 0.5.0 brought (#4396, #4263)."""

NEWER_STORES: Final = ("prompts", "connectors")
"""Stores that 0.4.0 and 0.5.0 brought (#3893, #4263)."""

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


def is_newer(data: Mapping[str, Any], target: Target) -> bool:
    """Whether a run config was written for a release after the target: nothing in it is old, something is newer."""
    moved = {*STORE_KEYS, *(resource.old for resource in resource_lists())}
    if not isinstance(data.get("storage"), Mapping) or any(key in data for key in moved):
        return False
    kinds = ((api, text_of(provider.get("provider_type"))) for api, _, provider in providers(data))
    apis = at(data, ("apis",))
    return (
        any(key in data for key in NEWER_KEYS)
        or any(at(data, ("storage", "stores", store)) is not None for store in NEWER_STORES)
        or any(provider_newer(api, kind, target.last) for api, kind in kinds)
        or any(isinstance(api, str) and api_newer(api, target.last) for api in (apis if isinstance(apis, list) else ()))
    )
