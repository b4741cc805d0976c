"""The releases that start although a provider lacks an API.

What a provider requires changed: a config that has no provider for one
API fits releases before and after such a change alike, and some of them
refuse to start with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from stackcfg.light_typing import Any
from stackcfg.loading.clues import Releases, releases_in
from stackcfg.paths import mapping_at
from stackcfg.releases.providers import provider_requirements
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string


def starting_releases(data: Mapping[str, Any], releases: Releases) -> Releases:
    """Return the releases in which each provider has the APIs that it requires.

    If there is none, return all.
    """
    provided = mapping_at(data, ("providers",))
    left = releases
    for api, _, provider in provider_entries(data):
        kind = as_string(provider.get("provider_type"))
        if is_disabled(provider):
            continue
        for required, requiring in _requirements(api, kind):
            if not provided.get(required):
                left -= requiring
    return left or releases


@lru_cache(1024)
def _requirements(api: str, kind: str) -> tuple[tuple[str, Releases], ...]:
    """Return the APIs that a provider type requires, each with the releases."""
    found = provider_requirements(api, kind)
    return tuple((required, releases_in(spans)) for required, spans in found.items())
