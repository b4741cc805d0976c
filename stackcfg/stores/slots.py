"""Slots: the places for stores that a release gives the server and each
provider of a config.

A slot is a `Store` with its key, path, field and owner. The readers add what
the file says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from stackcfg.paths import Data, Path, as_mapping
from stackcfg.releases.stores import StoreField
from stackcfg.runconfig.providers import (
    is_disabled,
    provider_entries,
    provider_store_key,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Store


class StoreProvider(NamedTuple):
    """A provider entry of a config, as far as its stores are concerned."""

    api: str
    position: int
    type: str
    owner: str
    config: Any
    disabled: bool

    @property
    def settings(self) -> Mapping[Any, Any]:
        """The provider's config; empty where it is no mapping."""
        return as_mapping(self.config)

    def slot(self, fact: StoreField) -> Store:
        """Return the slot of a field of this provider."""
        key = provider_store_key(self.api, self.position, fact.use)
        path: Path = ("providers", self.api, self.position, "config", *fact.path)
        return Store(key, path, fact, owner=self.owner)


def read_store_providers(config: Data) -> Iterator[StoreProvider]:
    """Read the provider entries of a config, in the order of the file."""
    for api, index, entry in provider_entries(config):
        kind = as_string(entry.get("provider_type"))
        owner = as_string(entry.get("provider_id")) or kind
        config_of_entry = entry.get("config", {})
        yield StoreProvider(
            api, index, kind, owner, config_of_entry, is_disabled(entry)
        )


def server_slot(fact: StoreField) -> Store:
    """Return the slot of a store of the server."""
    return Store(fact.use, fact.path, fact, owner=fact.use)
