"""What must move: from the holdings of both sides to moves, grouped by the database that they write to.

Pure: nothing here opens a database. What cannot be carried is part of the plan, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from stackcfg.data.implicit_rows import find_implicit_rows
from stackcfg.data.locations import COPIED, RowLocation, locate_rows
from stackcfg.data.moves import Move, Unmoved, UpgradePlan
from stackcfg.data.row_rules import RowRule, rules_due
from stackcfg.data.stored_rows import ConfigSide, StoredRows
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.changes import RENAMED_STORES
from stackcfg.releases.rows import (
    ChunkTables,
    chunk_tables,
    chunk_tables_before,
)
from stackcfg.releases.stores import KV, REFERENCE, SQL, StoreFields
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Location

CHUNKS: Final = "chunks"
VECTOR_IO, VECTOR_STORES = "vector_io", "vector_stores"
NEVER_ALONE: Final = ("metadata", "prompts")
"""Uses in whose store other rows can be that no config tells of."""


def plan_upgrade(
    old: Sequence[StoredRows],
    new: Sequence[StoredRows],
    upgrade: Upgrade,
    catalog: StoreFields,
) -> UpgradePlan:
    """What must move on an upgrade. Raises `MissingVariableError`."""
    made = list(find_implicit_rows(upgrade.old, old, new, upgrade.home))
    before = [*old, *made]
    found = [
        each
        for holding in old
        for each in _of_holding(holding, before, new, upgrade, catalog)
    ]
    rowless = [
        each
        for holding in made
        for each in _of_holding(holding, before, new, upgrade, catalog)
    ]
    found += [
        each
        for each in rowless
        if isinstance(each, Unmoved) or each.source.table or each.rules
    ]
    moves = _joined(each for each in found if isinstance(each, Move))
    return UpgradePlan(
        upgrade,
        tuple(moves),
        tuple(dict.fromkeys(each for each in found if isinstance(each, Unmoved))),
    )


def _of_holding(
    holding: StoredRows,
    old: Sequence[StoredRows],
    new: Sequence[StoredRows],
    upgrade: Upgrade,
    catalog: StoreFields,
) -> Iterator[Move | Unmoved]:
    heir = _heir(holding, old, new)
    for source in holding.locations:
        nested = _nested(holding, source, [*old, *new])
        if holding.kind.passing:
            found: Iterable[Move | Unmoved] = [
                _stay(holding, source, old, holding.kind.passing)
            ]
        elif heir is None:
            found = [
                _stay(holding, source, old, *_without_heir(holding, upgrade, catalog))
            ]
        else:
            into = _read_into(heir, new)
            found = [
                _move(holding, heir, source, target, old, upgrade)
                for target in heir.locations
            ]
            found = [
                replace(each, read_into=into) if isinstance(each, Move) else each
                for each in found
            ]
        yield from (replace(each, without=nested) for each in found)
    if heir is not None and holding.kind.use == VECTOR_IO:
        yield from _chunks(holding, heir, old, upgrade)


def _read_into(heir: StoredRows, new: Sequence[StoredRows]) -> RowLocation | None:
    """The SQL store of the metadata of a provider's vector stores, its own or that of the server (ogx 1.0.0)."""
    stores = [
        each
        for each in new
        if each.fact.use == VECTOR_STORES and heir.fact.use == VECTOR_IO
    ]
    own = [each for each in stores if each.owner == heir.owner]
    return next(
        (
            each.locations[0]
            for each in [*own, *(each for each in stores if not each.fact.api)]
        ),
        None,
    )


def _heir(
    holding: StoredRows, old: Sequence[StoredRows], new: Sequence[StoredRows]
) -> StoredRows | None:
    """The consumer of the new config that goes on with the rows: a provider keeps its id, or is the only new one."""
    api = RENAMED_STORES.get(holding.fact.api, holding.fact.api)
    same = [
        each
        for each in new
        if each.fact.use == holding.fact.use
        and each.fact.api in (holding.fact.api, api)
    ]
    named = [each for each in same if each.owner == holding.owner]
    if named or not holding.fact.api:
        return next(iter(named or same), None)
    before = {
        each.owner
        for each in old
        if each.fact.use == holding.fact.use and each.fact.api == holding.fact.api
    }
    heirs = [each for each in same if each.owner not in before]
    orphans = before - {each.owner for each in same}
    alike = [each for each in heirs if each.provider_type == holding.provider_type]
    if len(alike) == 1:
        return alike[0]
    return heirs[0] if len(heirs) == 1 and len(orphans) == 1 else None


def _stay(
    holding: StoredRows,
    place: RowLocation,
    old: Sequence[StoredRows],
    reason: str,
    needs_action: bool = False,
) -> Unmoved:
    shared = bool(_others(holding, place, old)) or holding.fact.use in NEVER_ALONE
    tables = (place.table, *holding.kind.further) if holding.family == SQL else ()
    prefixes = holding.kind.prefixes if shared else ()
    return Unmoved(
        holding.consumer,
        holding.kind,
        holding.family,
        place,
        reason,
        needs_action,
        prefixes=prefixes,
        tables=tables,
    )


def _others(
    holding: StoredRows, place: RowLocation, old: Sequence[StoredRows]
) -> list[StoredRows]:
    """The other consumers that keep KV rows in a place."""
    if holding.family != KV or not place.table:
        return []
    return [
        each
        for each in old
        if each is not holding and place in each.locations and each.family == KV
    ]


def _nested(
    holding: StoredRows, place: RowLocation, every: Iterable[StoredRows]
) -> tuple[str, ...]:
    """What begins those keys of a place that are in a namespace of the same table: of others, or of the new config.

    Where a namespace begins like the holding's own keys, only the keys that its own rows can have there.
    """
    own = tuple(place.prefix + each for each in holding.kind.prefixes)
    found: list[str] = []
    for other in every if holding.family == KV else ():
        for prefix in (
            each.prefix
            for each in other.locations
            if other.family == KV and _same_table(each, place)
        ):
            if prefix == place.prefix or not prefix.startswith(place.prefix):
                continue
            clear = not any(
                each.startswith(prefix) or prefix.startswith(each) for each in own
            )
            found += (
                [prefix] if clear else [prefix + each for each in other.kind.prefixes]
            )
    return tuple(dict.fromkeys(found))


def _same_table(one: RowLocation, other: RowLocation) -> bool:
    return (one.database, one.table) == (other.database, other.table)


def _without_heir(
    holding: StoredRows, upgrade: Upgrade, catalog: StoreFields
) -> tuple[str, bool]:
    """Why nothing goes on with the rows, and whether that is somebody's to decide."""
    use, target = holding.fact.use, upgrade.target
    known = any(
        each.use == use and each.style == REFERENCE and each.known_in(target)
        for each in catalog.fields
    )
    if known:
        return (
            f"no '{holding.owner}' in the new config"
            if holding.fact.api
            else "not in the new config"
        ), True
    return f"{format_release(target)} has nothing that reads them", False


def _move(
    holding: StoredRows,
    heir: StoredRows,
    source: RowLocation,
    target: RowLocation,
    old: Sequence[StoredRows],
    upgrade: Upgrade,
) -> Move | Unmoved:
    way = (holding.family, heir.family)
    in_place = source == target and way[0] == way[1]
    ways = ((KV, SQL), (SQL, KV))
    rules = [
        rule
        for rule in rules_due(holding.fact.use, upgrade, in_place=in_place)
        if (way == ways[0], way == ways[1]) == (rule.to_table, rule.to_keys)
    ]
    if not {source.database.engine, target.database.engine} <= set(COPIED):
        return _stay(
            holding, source, old, _by_hand(source, target, rules), needs_action=True
        )
    if holding.family != heir.family and not rules:
        return _stay(
            holding,
            source,
            old,
            "the new store is of another family",
            needs_action=True,
        )
    others = _others(holding, source, old)
    return Move(
        holding.consumer,
        holding.kind,
        ((holding.owner, heir.provider_type),),
        source,
        target,
        holding.family,
        heir.family,
        tuple(rules),
        holding.kind.prefixes if others or holding.fact.use in NEVER_ALONE else (),
        tables=_tables(holding, source, target)
        if heir.family == SQL == holding.family
        else (),
        rivals=tuple(each.owner for each in others if each.kind == holding.kind)
        if source != target
        else (),
        shared=bool(others),
    )


def _tables(
    holding: StoredRows, source: RowLocation, target: RowLocation
) -> tuple[tuple[str, str], ...]:
    return (
        (source.table, target.table),
        *((name, name) for name in holding.kind.further),
    )


def _by_hand(source: RowLocation, target: RowLocation, rules: Sequence[RowRule]) -> str:
    """Why rows of an engine that is not opened here are not copied, and what to do instead."""
    engine = next(
        each.database.engine
        for each in (source, target)
        if each.database.engine not in COPIED
    )
    way = (
        "they are read where they are"
        if source == target
        else "copy them with its own tools"
    )
    ids = " and ".join(rule.id for rule in rules)
    return f"{engine} is not opened here: {way}{f'; what {ids} says must be done by hand' if ids else ''}"


def _chunks(
    holding: StoredRows, heir: StoredRows, old: Sequence[StoredRows], upgrade: Upgrade
) -> Iterator[Move | Unmoved]:
    """The chunks that a vector_io provider keeps outside of its KV store; they stay where they are."""
    known = chunk_tables()
    rules = tuple(
        rule
        for rule in rules_due(VECTOR_IO, upgrade, in_place=True)
        if rule.name == CHUNKS
    )
    if not rules or holding.provider_type not in known:
        return
    tables = known[holding.provider_type]
    gone = chunk_tables_before().get(holding.provider_type)
    has_no_store = holding.family == KV and not holding.locations[0].table
    if gone is not None and has_no_store:
        place = _chunk_place(gone, upgrade.old, holding.owner, upgrade)
        reason = f"{format_release(upgrade.target)} keeps chunks in other tables: add the files to the stores again"
        yield Unmoved(
            f"{holding.consumer} {CHUNKS}",
            holding.kind,
            SQL,
            place,
            reason,
            needs_action=True,
            chunks=gone,
        )
    if tables is None:
        reason = f"chunks lack what {format_release(upgrade.target)} asks for, in a database that is not opened here"
        stay = _stay(
            holding,
            holding.locations[0],
            old,
            f"{reason}: add the files to its stores again",
            needs_action=True,
        )
        yield replace(stay, owner=holding.owner) if has_no_store else stay
        return
    if tables.field and not as_string(
        upgrade.new.provider_config(VECTOR_IO, heir.owner).get(tables.field)
    ):
        return
    place = _chunk_place(tables, upgrade.new, heir.owner, upgrade)
    name, owners = (
        f"{holding.consumer} {CHUNKS}",
        ((holding.owner, heir.provider_type),),
    )
    yield Move(name, holding.kind, owners, place, place, SQL, SQL, rules, chunks=tables)


def _chunk_place(
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
    return locate_rows(
        where, KV, side.variables, f"the chunks of '{owner}'", upgrade.home
    )


def _joined(moves: Iterable[Move]) -> Iterator[Move]:
    """Moves without those that do the same: two providers of a kind that share one place before and after."""
    found: dict[tuple[object, ...], Move] = {}
    for move in moves:
        key = (
            move.source,
            move.target,
            move.kind,
            move.source_family,
            move.target_family,
            move.chunks,
            move.prefixes,
        )
        known = found.get(key)
        if known is None:
            found[key] = move
        elif known.consumer != move.consumer:
            names, owners = (
                f"{known.consumer}, {move.consumer}",
                (*known.owners, *move.owners),
            )
            rivals = tuple(each for each in known.rivals if each in move.rivals)
            found[key] = replace(known, consumer=names, owners=owners, rivals=rivals)
    yield from found.values()
