"""Vector stores with which the new server does not start.

A table of pgvector has the name of its store. 1.1.0 and later ask PostgreSQL for
the index of a table by the whole name, as a value of the type `name`, and it
refuses more than 63 characters ("identifier too long").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.data.moves import Unmoved, UpgradePlan
from stackcfg.data.stored_json import JsonObject
from stackcfg.data.upgrade import Upgrade
from stackcfg.data.vector_io import VECTOR_IO
from stackcfg.releases.rows import ChunkTables, chunk_tables
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.values import as_string

NAMED: Final = 3
"""How many vector stores a message names."""


def find_refused_stores(plan: UpgradePlan) -> Mapping[Unmoved, int]:
    """Return why the new server does not start with vector stores of the old one,
    and how many these are; nothing where it does.
    """
    upgrade = plan.upgrade
    found = list(_find_refused(upgrade))
    registries = [each for each in plan.moves if each.kind.use == "metadata"]
    if not found or not registries:
        return {}
    names = ", ".join(f"'{name}'" for name, _ in found[:NAMED])
    if len(found) > NAMED:
        names += f" and {len(found) - NAMED} more"
    longest = found[0][1].longest_id
    reason = (
        f"{format_release(upgrade.target)} does not start with vector stores on "
        f"pgvector whose ids have more than {longest} characters ({names}); delete "
        "them with the old server, and make them again with shorter ids"
    )
    registry = registries[0]
    refused = Unmoved(
        registry.store, registry.kind, registry.source, reason, needs_action=True
    )
    return {refused: len(found)}


def _find_refused(upgrade: Upgrade) -> Iterator[tuple[str, ChunkTables]]:
    types = upgrade.new.provider_ids(VECTOR_IO)
    for identifier, store in upgrade.vector_stores.items():
        owner = as_string(store.get("provider_id"))
        provider = upgrade.provider_for(VECTOR_IO, owner) or ""
        tables = chunk_tables().get(types.get(provider, ""))
        if tables is None:
            continue
        if tables.is_refused(identifier, _dimension_of(store), upgrade.target):
            yield identifier, tables


def _dimension_of(store: JsonObject) -> int:
    found = store.get("embedding_dimension")
    return found if isinstance(found, int) else 0
