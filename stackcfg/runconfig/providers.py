"""The provider entries of a run config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def provider_entries(
    config: Mapping[str, Any],
) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Each provider entry of a config as (api, index in its list, entry)."""
    section = config.get("providers")
    for api, entries in section.items() if isinstance(section, Mapping) else ():
        for index, provider in enumerate(
            entries if isinstance(api, str) and isinstance(entries, list) else ()
        ):
            if isinstance(provider, Mapping):
                yield api, index, provider


def is_disabled(provider: Mapping[str, Any]) -> bool:
    """Whether a provider entry is switched off: no id, an empty one, or `__disabled__`."""
    return provider.get("provider_id") in (None, "", "__disabled__")


def provider_store_key(api: str, index: int, use: str) -> str:
    """The name of a provider's consumer, the same before and after a migration."""
    return f"{api}[{index}].{use}"
