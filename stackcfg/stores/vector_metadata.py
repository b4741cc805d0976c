"""The store of vector stores that access rules and tenants demand.

Since ogx 1.1.0 a provider of vector stores refuses to start with an
access policy and without a `metadata_store`, and since 1.2.0 with
several tenants. A provider that leaves its own out gets that of the
server, `storage.stores.vector_stores`, which has no default. Source:
`initialize_openai_vector_stores` and `instantiate_provider` of ogx
1.1.0 and 1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.paths import Data, list_at, value_at
from stackcfg.releases.changes import (
    POLICY_NEEDS_STORE_SINCE,
    TENANTS_NEED_STORE_SINCE,
)
from stackcfg.releases.stores import REFERENCE, StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.sections import ACCESS_POLICY, STORES_PATH, TENANCY
from stackcfg.runconfig.values import as_string

VECTOR_STORES: Final = "vector_stores"
"""What the store fields call this store, of the server and of providers."""

SERVER_STORE: Final = (*STORES_PATH, VECTOR_STORES)

TENANCY_MODE: Final = (*TENANCY, "mode")

_WITHOUT_RULES: Final = ("remote::oci",)
"""Provider types that do not look at an access policy."""


def demand_for_store(data: Data, fields: StoreFields, version: Release) -> str:
    """Return the setting with which a release refuses a config, since
    nothing keeps who owns a vector store; empty if it does not.
    """
    if version < POLICY_NEEDS_STORE_SINCE:
        return ""
    if value_at(data, SERVER_STORE) is not None:
        return ""
    lacking = list(_types_without_store(data, fields, version))
    has_rules = bool(list_at(data, ACCESS_POLICY))
    if has_rules and any(kind not in _WITHOUT_RULES for kind in lacking):
        return ACCESS_POLICY[-1]
    if version < TENANTS_NEED_STORE_SINCE or not lacking:
        return ""
    if value_at(data, TENANCY_MODE) == "multi":
        return ".".join(TENANCY_MODE[1:])
    return ""


def _types_without_store(
    data: Data, fields: StoreFields, version: Release
) -> Iterator[str]:
    """Yield the types of the providers that have no such store themselves."""
    for api, _, provider in provider_entries(data):
        if is_disabled(provider):
            continue
        kind = as_string(provider.get("provider_type"))
        for field in fields.provider_fields(api, kind, version, REFERENCE):
            own = value_at(provider, ("config", *field.path))
            if field.use == VECTOR_STORES and own is None:
                yield kind


__all__ = ["SERVER_STORE", "VECTOR_STORES", "demand_for_store"]
