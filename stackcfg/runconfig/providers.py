"""The provider entries of a run config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import as_list, as_mapping

DISABLED_ID = "__disabled__"
"""The `provider_id` of an entry that is switched off (upstream, 0.2.16)."""


def provider_entries(
    config: Mapping[str, Any],
) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Yield each provider entry of a config as (API, index in its list, entry)."""
    for api, entries in as_mapping(config.get("providers")).items():
        if not isinstance(api, str):
            continue
        for index, provider in enumerate(as_list(entries)):
            if isinstance(provider, dict):
                yield api, index, provider


def is_disabled(provider: Mapping[str, Any]) -> bool:
    """Return whether a provider is off: without id, or `__disabled__`."""
    return provider.get("provider_id") in (None, "", DISABLED_ID)


def provider_store_key(api: str, index: int, use: str) -> str:
    """Return the key of a provider's store, which no migration changes."""
    return f"{api}[{index}].{use}"
