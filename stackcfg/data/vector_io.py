"""Rows of vector_io providers outside of KV stores.

Until 0.2.14 only faiss has a KV store; the others got theirs in 0.2.15
and 0.2.16. They list their vector stores in their own database:
sqlite-vec in tables of its file, whose rows become KV rows; for the
others the rows are made from the registry.

Some keep chunks in tables of their own. These stay where they are, and
are completed (R4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from stackcfg.data.chunk_stores.opening import CLIENTS, find_missing_package
from stackcfg.data.locations import SQLITE, Folders, RowLocation, locate_rows
from stackcfg.data.matching import leave_rows
from stackcfg.data.moves import Move, Owner, Unmoved
from stackcfg.data.row_rule import RowRule
from stackcfg.data.row_rules import chunk_table_names
from stackcfg.data.row_rules.chunks import RULE
from stackcfg.data.stored_rows import ConfigSide, StoredRows
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import (
    METADATA,
    VECTOR_IO,
    ChunkTables,
    chunk_tables,
    chunk_tables_before,
    list_table,
    row_kind,
)
from stackcfg.releases.stores import KV, LAST_INLINE, SQL
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Location

ADDRESS_FIELDS: Final = ("url", "uri", "host", "port", "weaviate_cluster_url")
"""Fields of providers that name a server with chunks."""


def find_implicit_rows(
    side: ConfigSide,
    old: Sequence[StoredRows],
    new: Sequence[StoredRows],
    folders: Folders,
) -> Iterator[StoredRows]:
    """Yield the rows of providers that have a KV store only in the new config.

    They are in a table of its file, or in no table at all, in the
    database of the registry, and are then made from it. Raises
    `MissingVariableError`.
    """
    facts = [each.fact for each in new if each.fact.use == VECTOR_IO]
    if not facts or side.releases[0] > LAST_INLINE:
        return
    kind = row_kind(VECTOR_IO)
    registry = _locate_registry(old)
    for owner, provider_type in _providers_without_store(side, old):
        location = _locate_list(side, owner, provider_type, folders) or registry
        if location is not None:
            name = f"{VECTOR_IO} {owner}"
            yield StoredRows(name, facts[0], owner, provider_type, kind, (location,))


def _providers_without_store(
    side: ConfigSide, old: Sequence[StoredRows]
) -> Iterator[tuple[str, str]]:
    with_store = {each.owner for each in old if each.fact.api == VECTOR_IO}
    for owner, provider_type in side.provider_ids(VECTOR_IO).items():
        if owner not in with_store:
            yield owner, provider_type


def _locate_registry(rows: Sequence[StoredRows]) -> RowLocation | None:
    for each in rows:
        if each.fact.use == METADATA:
            return RowLocation(each.locations[0].database, "")
    return None


def _locate_list(
    side: ConfigSide, owner: str, provider_type: str, folders: Folders
) -> RowLocation | None:
    """Return the table in which a provider lists its vector stores, if any."""
    table = list_table(provider_type)
    if table is None:
        return None
    file = as_string(side.provider_config(VECTOR_IO, owner).get(table.field))
    if not file:
        return None
    where = Location(SQLITE, (("db_path", file),), table.name)
    return _locate_as_written(
        where, side, f"the location of '{VECTOR_IO} {owner}'", folders
    )


def _locate_as_written(
    where: Location, side: ConfigSide, needed_for: str, folders: Folders
) -> RowLocation:
    """Return the location of SQL rows, the path taken as it is written."""
    # KV stores do so too: a literal `~` is no home folder
    location = locate_rows(where, KV, side.variables, needed_for, folders)
    return replace(location, family=SQL)


def plan_chunks(
    rows: StoredRows,
    successor: StoredRows,
    old: Sequence[StoredRows],
    upgrade: Upgrade,
) -> Iterator[Move | Unmoved]:
    """Yield the chunks of a provider that are outside of its KV store.

    Raises `MissingVariableError`, `DatabaseError`.
    """
    by_type = chunk_tables()
    if rows.provider_type not in by_type:
        return
    tables = by_type[rows.provider_type]
    rules = tuple(_rules_due(tables, upgrade))
    if tables is None:
        reason = _explain_left_chunks(rows, successor, upgrade, rules)
        if reason:
            yield _leave_chunks(rows, old, reason)
        return
    if not rules and not _is_elsewhere(tables, rows.owner, successor.owner, upgrade):
        return
    if not _has_store(rows) and rules:
        yield from _leave_former_chunks(rows, upgrade)
    config = upgrade.new.provider_config(VECTOR_IO, successor.owner)
    if not tables.field or as_string(config.get(tables.field)):
        yield from _move_chunks(tables, rows, successor, upgrade, rules)


def _leave_chunks(rows: StoredRows, old: Sequence[StoredRows], reason: str) -> Unmoved:
    left = leave_rows(rows, rows.locations[0], old, reason, needs_action=True)
    if _has_store(rows):
        return left
    return replace(left, owner=rows.owner)


def _move_chunks(
    tables: ChunkTables,
    rows: StoredRows,
    successor: StoredRows,
    upgrade: Upgrade,
    rules: tuple[RowRule, ...],
) -> Iterator[Move | Unmoved]:
    """Yield what becomes of chunks in tables,
    unless they are where they are to be.
    """
    move = _plan_tables(tables, rows, successor, upgrade, rules)
    if isinstance(move, Unmoved) or not move.is_idle:
        yield move


def _has_store(rows: StoredRows) -> bool:
    return rows.family == SQL or bool(rows.locations[0].table)


def _explain_left_chunks(
    rows: StoredRows,
    successor: StoredRows,
    upgrade: Upgrade,
    rules: Sequence[RowRule],
) -> str:
    """Return why chunks outside of tables stay as they are, and what to
    do; empty where they need nothing.
    """
    if _names_other_server(rows, successor, upgrade):
        return (
            "the new config names another server of chunks: copy them there with its "
            "own tools, or add the files to its stores again"
        )
    way = _explain_closed(rows.provider_type)
    if not rules or not way:
        return ""
    lack = f"chunks lack what {format_release(upgrade.target)} asks for"
    return f"{lack}, in a database that is not opened here: {way}"


def _names_other_server(
    rows: StoredRows, successor: StoredRows, upgrade: Upgrade
) -> bool:
    if not rows.provider_type.startswith("remote::"):
        return False
    if successor.provider_type != rows.provider_type:
        return True
    old = upgrade.old.provider_config(VECTOR_IO, rows.owner)
    new = upgrade.new.provider_config(VECTOR_IO, successor.owner)
    pairs = [(old.get(name), new.get(name)) for name in ADDRESS_FIELDS]
    # one that is not written has its default
    return any(one != other for one, other in pairs if one and other)


def _is_elsewhere(
    tables: ChunkTables, owner: str, successor: str, upgrade: Upgrade
) -> bool:
    """Return whether the new config can name another database of a server.

    As it is written: variables that are not set matter only where there
    is something to do.
    """
    if tables.field:
        return False
    if upgrade.old.variables != upgrade.new.variables:
        return True
    old = upgrade.old.provider_config(VECTOR_IO, owner)
    new = upgrade.new.provider_config(VECTOR_IO, successor)
    return any(old.get(name) != new.get(name) for name in ("host", "port", "db"))


def _rules_due(tables: ChunkTables | None, upgrade: Upgrade) -> Iterator[RowRule]:
    if RULE.is_due(VECTOR_IO, upgrade, in_place=True):
        yield RULE
    names = chunk_table_names.RULE
    if tables is None or not tables.quoted_since:
        return
    if names.is_due(VECTOR_IO, upgrade, in_place=True):
        yield names


def _explain_closed(provider_type: str) -> str:
    """Return what to do for chunks that are not completed here, if anything."""
    if provider_type not in CLIENTS:
        return "add the files to its stores again"
    package = find_missing_package(provider_type)
    if not package:
        return ""
    return (
        f"install {package} here, as the new server has it, and run this again; "
        "or add the files to its stores again"
    )


def _plan_tables(
    tables: ChunkTables,
    rows: StoredRows,
    successor: StoredRows,
    upgrade: Upgrade,
    rules: tuple[RowRule, ...],
) -> Move | Unmoved:
    # the new config says where the new server looks; a file is copied there
    target = source = _locate_chunks(tables, upgrade.new, successor.owner, upgrade)
    config = upgrade.old.provider_config(VECTOR_IO, rows.owner)
    if not tables.field or as_string(config.get(tables.field)):
        source = _locate_chunks(tables, upgrade.old, rows.owner, upgrade)
    name = _name_chunks(rows)
    if successor.provider_type != rows.provider_type and not source.database.file:
        reason = (
            f"the new provider is {successor.provider_type}: add the files to its "
            "stores again"
        )
        return Unmoved(
            name, rows.kind, source, reason, needs_action=True, chunks=tables
        )
    owners = (Owner(rows.owner, successor.provider_type),)
    return Move(name, rows.kind, owners, source, target, rules, chunks=tables)


def _leave_former_chunks(rows: StoredRows, upgrade: Upgrade) -> Iterator[Unmoved]:
    """Yield chunks in tables that no later release reads."""
    tables = chunk_tables_before().get(rows.provider_type)
    if tables is None:
        return
    place = _locate_chunks(tables, upgrade.old, rows.owner, upgrade)
    reason = (
        f"{format_release(upgrade.target)} keeps chunks in other tables: "
        "add the files to the stores again"
    )
    name = _name_chunks(rows)
    yield Unmoved(name, rows.kind, place, reason, needs_action=True, chunks=tables)


def _name_chunks(rows: StoredRows) -> str:
    return f"{rows.store} chunks"


def _locate_chunks(
    tables: ChunkTables, side: ConfigSide, owner: str, upgrade: Upgrade
) -> RowLocation:
    config = side.provider_config(VECTOR_IO, owner)
    fields = {
        name: as_string(value)
        for name, value in config.items()
        if not isinstance(value, dict | list)
    }
    if tables.field:
        fields = {"db_path": fields.get(tables.field, "")}
    where = Location(tables.engine, tuple(fields.items()), tables.prefix)
    return _locate_as_written(where, side, f"the chunks of '{owner}'", upgrade.folders)
