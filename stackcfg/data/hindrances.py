"""What keeps the new server from its rows, or from its start, whatever is copied."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from stackcfg.data.locations import HomeFolder
from stackcfg.data.moves import Move, Unmoved, UpgradePlan
from stackcfg.data.stored_json import JsonObject
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.changes import NEW_FOLDER_VARIABLE
from stackcfg.releases.rows import METADATA, VECTOR_IO, ChunkTables, chunk_tables
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.values import as_string

NAMED: Final = 3
"""How many vector stores a message names."""

ELSEWHERE: Final = (
    "the old config has a relative path, and no file with one is found; run this in "
    "the folder where the server was started"
)


def find_left_behind(
    plan: UpgradePlan, rows: Mapping[Move, int]
) -> Mapping[Unmoved, int]:
    """Return why the new server will not find rows, and how many these are.

    The first start of 0.8.0 and later renames `~/.llama` to `~/.ogx`
    (#5653). Where the new config names a file by the old name of the
    folder, its server makes an empty one. `rows` are those of each
    move.
    """
    home = plan.upgrade.home
    if home is None:
        return {}
    reason = _explain_moved_folder(home, plan.upgrade.target)
    found: dict[Unmoved, int] = {}
    for move in plan.moves:
        if move.target.by_old_home and rows[move]:
            left = Unmoved(
                move.store, move.kind, move.target, reason, needs_action=True
            )
            found[left] = rows[move]
    return found


def _explain_moved_folder(home: HomeFolder, target: Release) -> str:
    moved = (
        f"{format_release(target)} moves the folder to {home.new} at its first start"
    )
    if home.renamed:
        moved = f"the folder was moved to {home.new}"
    return (
        f"the new config has files with rows in {home.old}; {moved}, and the server makes "
        f"empty ones; write {home.new} in the new config, or set {NEW_FOLDER_VARIABLE} "
        f"to {home.old} for the server and for this command"
    )


def find_refused_stores(plan: UpgradePlan) -> Mapping[Unmoved, int]:
    """Return why the new server does not start with vector stores of
    the old one, and how many these are; nothing where it does.

    A table of pgvector has the name of its store. 1.1.0 and later ask
    PostgreSQL for the index of a table by the whole name, as a value of
    the type `name`, and it refuses more than 63 characters ("identifier
    too long").
    """
    upgrade = plan.upgrade
    found = list(_find_refused(upgrade))
    registries = [each for each in plan.moves if each.kind.use == METADATA]
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


def find_elsewhere(
    plan: UpgradePlan, absent: Collection[Move]
) -> Mapping[Unmoved, None]:
    """Return the rows that may be below another folder.

    A relative path is below the folder where the server was started.
    Nothing where any file with one is here, or the metadata store has
    none: a server that has stored nothing has made the file of that all
    the same (0.1.9 to ogx 1.5.0).

    `absent` are the moves whose old database does not exist. Nobody can
    count the rows.
    """
    moves = [move for move in plan.moves if move.source.is_relative]
    uses = [move.kind.use for move in moves]
    if METADATA not in uses or not all(move in absent for move in moves):
        return {}
    return {
        Unmoved(move.store, move.kind, move.source, ELSEWHERE, needs_action=True): None
        for move in moves
    }
