"""Slots: the places for stores that a release gives the server and its
providers.

A slot is a `Store` with its key, path, field and owner; readers add
what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Data, Path, as_mapping
from stackcfg.releases.stores import StoreField, StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import (
    is_disabled,
    provider_entries,
    provider_store_key,
)
from stackcfg.runconfig.substitution import SameData
from stackcfg.runconfig.values import as_string
from stackcfg.stores.siblings import find_sibling
from stackcfg.stores.store_map import Store


class StoreOwner(NamedTuple):
    """What stores belong to: a provider entry, or the server, which has no API.

    `config` is the provider's config, or the whole run config.
    """

    config: Any
    api: str = ""
    position: int = 0
    type: str = ""
    id: str = ""
    disabled: bool = False

    @property
    def settings(self) -> Mapping[Any, Any]:
        """The config; empty where it is no mapping."""
        return as_mapping(self.config)

    def fields(
        self, catalog: StoreFields, version: Release, style: str
    ) -> list[StoreField]:
        """Return the store fields that a release gives this owner."""
        kind = self.known_type(catalog)
        return catalog.provider_fields(self.api, kind, version, style)

    def known_type(self, catalog: StoreFields) -> str:
        """Return the type whose store fields this owner has.

        A type outside the tree has those of the known type that it
        extends.
        """
        if not self.api:
            return self.type
        sibling = find_sibling(catalog, self.api, self.type, self.settings)
        return sibling or self.type

    def slot(self, fact: StoreField) -> Store:
        """Return the slot of a field of this owner."""
        if not self.api:
            return server_slot(fact)
        key = provider_store_key(self.api, self.position, fact.use)
        path: Path = ("providers", self.api, self.position, "config", *fact.path)
        return Store(key, path, fact, owner=self.id)


def read_store_owners(config: Data) -> tuple[StoreOwner, ...]:
    """Return the server and the providers of a config, in the order of the file."""
    return _read_owners_once(SameData(config))


# a reader of references asks for them, and a reader of omitted stores
@lru_cache(maxsize=4)
def _read_owners_once(same: SameData) -> tuple[StoreOwner, ...]:
    return tuple(_find_owners(same.data))


def _find_owners(config: Data) -> Iterator[StoreOwner]:
    yield StoreOwner(config)
    for api, index, entry in provider_entries(config):
        kind = as_string(entry.get("provider_type"))
        name = as_string(entry.get("provider_id")) or kind
        settings = entry.get("config", {})
        yield StoreOwner(settings, api, index, kind, name, is_disabled(entry))


def server_slot(fact: StoreField) -> Store:
    """Return the slot of a store of the server."""
    return Store(fact.use, fact.path, fact, owner=fact.use)
