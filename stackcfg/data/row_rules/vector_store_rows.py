"""Vector stores are listed under `vector_stores:` (0.3.0, #3864).

Until 0.2.24 a vector_io provider lists its stores under `vector_dbs:`.
With the registered resources alone carried over, the server lists a
store and every search in it finds nothing, since its provider does not
know it. The row is written once more under its new key, with the new
names in it. Most providers wrote no such row until 0.3.0 and read it
ever since; it is made from the registered resource.
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.row_rule import NOT_AN_OBJECT, KvRow, KvRows, KvRule, Skipped
from stackcfg.data.row_rules.registered_resources import rename_resource
from stackcfg.data.stored_json import dump_compact, parse_object, rewrite_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import VECTOR_IO, vector_store_key
from stackcfg.releases.versions import Release

OLD: Final = "vector_dbs:"
NEW: Final = "vector_stores:"
RENAMED_SINCE: Final[Release] = (0, 3, 0)
ONLY_IN_REGISTRY: Final = ("owner", "source", "access_attributes")
"""Fields of a registered resource that the provider's own row does not have."""


def convert(key: str, value: str, upgrade: Upgrade) -> KvRows:
    """Return the row under the key that the new provider reads."""
    if upgrade.source >= RENAMED_SINCE:
        return [Skipped("keys 'vector_dbs:', which the old server did not read")]
    resource = parse_object(value)
    if resource is None:
        return [NOT_AN_OBJECT]
    renamed = rename_resource(resource, upgrade.target)
    text = rewrite_object(value, resource, renamed)
    return [KvRow(NEW + key.removeprefix(OLD), text)]


def make_missing(owner: str, provider_type: str, upgrade: Upgrade) -> list[KvRow]:
    """Return a row for each registered store of a provider."""
    prefix = vector_store_key(provider_type)
    if not prefix:
        return []
    rows = []
    for identifier, resource in upgrade.vector_stores.items():
        if resource.get("provider_id") == owner:
            renamed = rename_resource(dict(resource), upgrade.target)
            for name in ONLY_IN_REGISTRY:
                renamed.pop(name, None)
            rows.append(KvRow(prefix + identifier, dump_compact(renamed)))
    return rows


RULE: Final = KvRule(
    id="R3",
    page=__doc__,
    uses=(VECTOR_IO,),
    since=((0, 3, 0), (0, 3, 5), (1, 0, 0)),
    keys=(OLD,),
    convert=convert,
    make_missing=make_missing,
)
