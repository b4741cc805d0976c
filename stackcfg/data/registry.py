"""What the registry of the old server says, and whose vector store a KV
row belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from stackcfg.data.engines.database import Reader
from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import Pair, Selection
from stackcfg.data.moves import Move
from stackcfg.data.row_rule import Skipped
from stackcfg.data.row_rules.registered_resources import rename_resource
from stackcfg.data.stored_json import JsonObject, parse_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import registry
from stackcfg.runconfig.values import as_string

OLD_KIND: Final = "vector_db"
NEW_KIND: Final = "vector_store"
"""What a vector store is called in keys of the registry: until 0.2 and since then."""

BATCHES: Final = "openai_vector_stores_file_batches:"
"""Keys of file batches, which do not hold the id of the vector store."""

STORES: Final = "openai_vector_stores:v3::"
MARKER: Final = "openai_vector_stores_sql_migration:v3"
"""The key that says that a server has copied the rows to SQL tables."""


class OldRegistry(NamedTuple):
    """The registry of an old server.

    `version` is the newest version of keys that it had rows of,
    `stores` are its vector stores by id, renamed for the new release.
    """

    version: str
    stores: Mapping[str, JsonObject]


def read_registry(source: Reader, move: Move, upgrade: Upgrade) -> OldRegistry:
    """Return what the registry of the old server says."""
    facts = registry()
    newest = facts.version_of(upgrade.old.last)
    found: dict[str, dict[str, JsonObject]] = {}
    # all versions at once: PostgreSQL reads the whole table for any prefix
    for version, name, value in _registered(source, move):
        stores = found.setdefault(version, {})
        kind, _, identifier = name.partition(":")
        is_new = kind == NEW_KIND or (kind == OLD_KIND and identifier not in stores)
        resource = parse_object(value) if is_new else None
        if resource is not None:
            stores[identifier] = rename_resource(resource, upgrade.target)
    # an old server can leave rows of earlier versions behind
    for version, since in reversed(list(facts.versions.items())):
        if since <= facts.versions[newest] and version in found:
            return OldRegistry(version, found[version])
    return OldRegistry(newest, {})


def _registered(source: Reader, move: Move) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a registry: version, name of the resource, value."""
    if not source.has_table(move.source.table):
        return
    prefix = move.source.prefix + registry().prefix
    for key, value, _ in source.pairs(move.source.table, Selection((prefix,))):
        version, separator, name = key.removeprefix(prefix).partition("::")
        if separator:
            yield version, name, as_string(value)


def is_owned(move: Move, pair: Pair, upgrade: Upgrade) -> bool:
    """Return whether a row can belong to the provider of a move.

    It cannot if its vector store is registered only for competing
    providers. A row that names no registered store belongs to every
    provider.
    """
    if not move.keys.competing_providers:
        return True
    stores = [upgrade.vector_stores.get(name) for name in _named_stores(move, pair)]
    providers = {
        as_string(each.get("provider_id")) for each in stores if each is not None
    }
    return not providers or not providers <= set(move.keys.competing_providers)


def _named_stores(move: Move, pair: Pair) -> Iterator[str]:
    """Yield the ids of stores that a row can name, in its key or in its
    value.
    """
    key, value, _ = pair
    name = key.removeprefix(move.source.prefix).partition("::")[2]
    yield name
    while ":" in name:  # the id of a store can contain colons
        name = name.rpartition(":")[0]
        yield name
    if BATCHES in key:
        batch = parse_object(as_string(value)) or {}
        yield as_string(batch.get("vector_store_id"))


def find_unread_stores(
    move: Move, upgrade: Upgrade, source: Reader, target: Reader, readers: Readers
) -> Iterator[Skipped]:
    """Yield a reason for each vector store that the new server will not read.

    ogx 1.0.0 and later copy their metadata from the KV store `target`
    into SQL tables at their first start, and write a marker even where
    there was nothing to copy. A server that was started before the rows
    came does not look for them again.
    """
    if move.read_into is None:
        return
    if not _has_marker(target, move.target.table, move.target.prefix):
        return
    prefix = move.source.prefix
    if _has_marker(source, move.source.table, prefix):
        return  # the old server has copied these rows
    tables = target
    if move.read_into.database != move.target.database:
        tables = readers.get_or_empty(move.read_into.database)
    has_table = tables.has_table(move.read_into.table)
    reason = (
        "the new server has recorded that it copied them to SQL: delete the row "
        f"'{move.target.prefix}{MARKER}', and it reads them at its next start"
    )
    selection = Selection((prefix + STORES,), move.keys.without)
    for pair in source.pairs(move.source.table, selection):
        key = {"id": pair[0].removeprefix(prefix + STORES)}
        if has_table and tables.row(move.read_into.table, key, ["id"]):
            continue
        if is_owned(move, pair, upgrade):
            yield Skipped(reason, needs_action=True)


def _has_marker(store: Reader, table: str, prefix: str) -> bool:
    return store.has_table(table) and store.pair(table, prefix + MARKER) is not None
