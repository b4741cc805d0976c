"""The store of vector stores that an access policy demands.

Since ogx 1.1.0 a provider of vector stores refuses to start with an access policy
and without a `metadata_store`. A provider that leaves its own out gets that of the
server, `storage.stores.vector_stores`, which has no default.
Source: `initialize_openai_vector_stores` and `instantiate_provider` of ogx 1.1.0
and 1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.paths import Data, Path, list_at, value_at
from stackcfg.releases.changes import POLICY_NEEDS_STORE_SINCE
from stackcfg.releases.stores import REFERENCE, StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.sections import ACCESS_POLICY, STORES_PATH
from stackcfg.runconfig.values import as_string

USE: Final = "vector_stores"
"""What the store fields call this store, of the server and of providers."""

SERVER_STORE: Final = (*STORES_PATH, USE)


def is_policy_without_store(data: Data, fields: StoreFields, version: Release) -> bool:
    """Return whether a release refuses a config since nothing keeps who owns a
    vector store.
    """
    if version < POLICY_NEEDS_STORE_SINCE or not list_at(data, ACCESS_POLICY):
        return False
    if value_at(data, SERVER_STORE) is not None:
        return False
    own = _own_stores(data, fields, version)
    return any(value_at(data, path) is None for path in own)


def _own_stores(data: Data, fields: StoreFields, version: Release) -> Iterator[Path]:
    """Yield the paths at which providers can have such a store themselves."""
    for api, index, provider in provider_entries(data):
        if is_disabled(provider):
            continue
        kind = as_string(provider.get("provider_type"))
        for field in fields.provider_fields(api, kind, version, REFERENCE):
            if field.use == USE:
                yield "providers", api, index, "config", *field.path


__all__ = ["SERVER_STORE", "USE", "is_policy_without_store"]
