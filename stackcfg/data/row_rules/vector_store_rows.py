"""Vector stores are listed under `vector_stores:` (0.3.0, #3864).

Until 0.2.24 a vector_io provider lists its stores under `vector_dbs:`. With the registered resources alone carried
over, a store is listed and every search in it answers with nothing, since its provider does not know it. The row is
written once more under its new key, with the new names in it. Most providers wrote no such row until 0.3.0 and read
it ever since; it is made from the registered resource.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules.registered_resources import as_object, renamed_resource
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import vector_store_key
from stackcfg.releases.versions import Release

OLD: Final = "vector_dbs:"
NEW: Final = "vector_stores:"
KEYS: Final = (OLD,)
RENAMED: Final[Release] = (0, 3, 0)
OF_THE_REGISTRY: Final = ("owner", "source", "access_attributes")
"""Fields of a registered resource that the provider's own row does not have."""


def rows(key: str, value: str, upgrade: Upgrade) -> Iterator[KvRow | Skipped]:
    """The row under the key that the new provider reads."""
    if upgrade.source >= RENAMED:
        yield Skipped("keys vector_dbs, which the old server did not read any more")
        return
    resource = as_object(value)
    if resource is None:
        yield Skipped("not a JSON object", needs_action=True)
        return
    renamed = renamed_resource(resource, upgrade.target)
    text = (
        value
        if renamed == resource
        else json.dumps(renamed, separators=(",", ":"), ensure_ascii=False)
    )
    yield KvRow(NEW + key.removeprefix(OLD), text)


def made_rows(owner: str, provider_type: str, upgrade: Upgrade) -> Iterator[KvRow]:
    """The rows that a provider of this id should have, one for each of its registered stores."""
    prefix = vector_store_key(provider_type)
    for identifier, resource in upgrade.vector_stores.items() if prefix else ():
        if resource.get("provider_id") == owner:
            kept = {
                name: value
                for name, value in resource.items()
                if name not in OF_THE_REGISTRY
            }
            renamed = renamed_resource(kept, upgrade.target)
            yield KvRow(
                prefix + identifier,
                json.dumps(renamed, separators=(",", ":"), ensure_ascii=False),
            )
