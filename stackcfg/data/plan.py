"""Plans what must move: from the stored rows of both sides to moves.

Pure: nothing here opens a database. Rows that cannot be moved are in
the plan too, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from stackcfg.data.environment import Switch
from stackcfg.data.locations import RowLocation
from stackcfg.data.matching import (
    can_have_others,
    find_metadata_table,
    find_nested_keys,
    find_own_keys,
    find_successor,
    leave_rows,
)
from stackcfg.data.moves import Move, Owner, Unmoved, UpgradePlan
from stackcfg.data.row_rule import (
    ColumnRule,
    KvRule,
    KvToTableRule,
    RowRule,
    TableToKvRule,
)
from stackcfg.data.row_rules import rules_due
from stackcfg.data.stored_rows import StoredRows, find_rows_off_here
from stackcfg.data.upgrade import Upgrade
from stackcfg.data.vector_io import find_implicit_rows, plan_chunks
from stackcfg.releases.rows import VECTOR_IO
from stackcfg.releases.stores import KV, REFERENCE, SQL, StoreFields
from stackcfg.releases.versions import format_release

RULE_TYPES: Final[Mapping[tuple[str, str], type[RowRule]]] = {
    (KV, KV): KvRule,
    (KV, SQL): KvToTableRule,
    (SQL, KV): TableToKvRule,
    (SQL, SQL): ColumnRule,
}
"""Which rules are for rows that go from a family of stores to a family."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """The rows of both sides, and the fields that stores can be in."""

    old: Sequence[StoredRows]
    new: Sequence[StoredRows]
    upgrade: Upgrade
    catalog: StoreFields


def plan_upgrade(
    old: Sequence[StoredRows],
    new: Sequence[StoredRows],
    upgrade: Upgrade,
    catalog: StoreFields,
) -> UpgradePlan:
    """Plan an upgrade. Raises `MissingVariableError`, `DatabaseError`."""
    off = list(find_rows_off_here(upgrade.old, catalog, upgrade.folders))
    implicit = list(find_implicit_rows(upgrade.old, old, new, upgrade.folders))
    sides = _Sides([*old, *implicit], new, upgrade, catalog)
    moves: list[Move] = []
    unmoved: list[Unmoved] = []
    for rows in sides.old:
        for each in _plan_rows(rows, sides):
            if isinstance(each, Unmoved):
                unmoved.append(each)
            # rows in no table exist only if rules make them
            elif each.source.table or each.rules or rows not in implicit:
                moves.append(each)
    unmoved += _leave_rows_off_here(off, [*sides.old, *new])
    return UpgradePlan(
        upgrade, tuple(_merge_moves(moves)), tuple(dict.fromkeys(unmoved))
    )


def _leave_rows_off_here(
    off: Iterable[tuple[Switch, StoredRows]], every: Sequence[StoredRows]
) -> Iterator[Unmoved]:
    taken = {place for each in every for place in each.locations}
    for switch, rows in off:
        words = switch.explain("the old config")
        reason = f"{words}; set it if the old server had it, and run this again"
        for place in rows.locations:
            # rows of other stores there cannot be told from its own
            if place not in taken and place.is_copied:
                yield leave_rows(rows, place, every, reason, needs_action=True)


def _plan_rows(rows: StoredRows, sides: _Sides) -> Iterator[Move | Unmoved]:
    successor = _find_successor(rows, sides)
    for source in rows.locations:
        # the new server can have written into namespaces of the same table
        # already
        both = [*sides.old, *sides.new]
        nested = find_nested_keys(rows, source, both)
        for each in _plan_location(rows, source, successor, sides):
            keys = replace(each.keys, without=nested)
            yield replace(each, keys=keys)
    if successor is not None and rows.kind.use == VECTOR_IO:
        yield from plan_chunks(rows, successor, sides.old, sides.upgrade)


def _find_successor(rows: StoredRows, sides: _Sides) -> StoredRows | None:
    if sides.upgrade.new.switch_of(rows.fact.api, rows.owner) is not None:
        return None
    return find_successor(rows, sides.old, sides.new)


def _plan_location(
    rows: StoredRows,
    source: RowLocation,
    successor: StoredRows | None,
    sides: _Sides,
) -> Iterator[Move | Unmoved]:
    reason = rows.kind.reason_to_stay(sides.upgrade.target)
    if reason:
        yield leave_rows(rows, source, sides.old, reason)
    elif successor is None:
        yield _leave_without_successor(rows, source, sides)
    else:
        for target in successor.locations:
            yield _plan_move(rows, source, successor, target, sides)


def _leave_without_successor(
    rows: StoredRows, source: RowLocation, sides: _Sides
) -> Unmoved:
    target = sides.upgrade.target
    is_known = any(
        each.use == rows.fact.use and each.style == REFERENCE and each.known_in(target)
        for each in sides.catalog.fields
    )
    reason = f"{format_release(target)} has nothing that reads them"
    if is_known:
        reason = "not in the new config"
        if rows.fact.api:
            reason = sides.upgrade.explain_absence(rows.fact.api, rows.owner)
    return leave_rows(rows, source, sides.old, reason, needs_action=is_known)


def _plan_move(
    rows: StoredRows,
    source: RowLocation,
    successor: StoredRows,
    target: RowLocation,
    sides: _Sides,
) -> Move | Unmoved:
    families = (source.family, target.family)
    in_place = source == target
    due = rules_due(rows.fact.use, sides.upgrade, in_place=in_place)
    rules = tuple(each for each in due if isinstance(each, RULE_TYPES[families]))
    for place in (source, target):
        if not place.is_copied:
            reason = _explain_engine(place.database.engine, rules, in_place=in_place)
            return leave_rows(rows, source, sides.old, reason, needs_action=True)
    if source.family != target.family and not rules:
        reason = "the new store is of another family"
        return leave_rows(rows, source, sides.old, reason, needs_action=True)
    keys = find_own_keys(rows, source, sides.old)
    if not keys.prefixes and can_have_others(source):
        reason = "nothing tells their keys from those of other programs"
        return leave_rows(rows, source, sides.old, reason, needs_action=True)
    # rows that stay are completed, whoever owns them
    if in_place:
        keys = replace(keys, competing_providers=())
    return Move(
        rows.store,
        rows.kind,
        (Owner(rows.owner, successor.provider_type),),
        source,
        target,
        rules,
        keys,
        read_into=find_metadata_table(successor, sides.new),
    )


def _explain_engine(engine: str, rules: Sequence[RowRule], *, in_place: bool) -> str:
    way = "copy them with its own tools"
    if in_place:
        way = "they are read where they are"
    reason = f"{engine} is not opened here: {way}"
    if rules:
        ids = " and ".join(rule.id for rule in rules)
        reason += f"; what {ids} describes must be done by hand"
    return reason


def _merge_moves(moves: Iterable[Move]) -> Iterable[Move]:
    """Return moves, with one for all that do the same.

    Two providers of a kind can share one location before and after.
    """
    found: dict[object, Move] = {}
    for move in moves:
        work = (move.kind, move.source, move.target, move.keys.prefixes, move.chunks)
        known = found.get(work)
        if known is None:
            found[work] = move
        elif known.store != move.store:
            found[work] = _merge(known, move)
    return found.values()


def _merge(one: Move, other: Move) -> Move:
    competing = [
        each
        for each in one.keys.competing_providers
        if each in other.keys.competing_providers
    ]
    return replace(
        one,
        store=f"{one.store}, {other.store}",
        owners=(*one.owners, *other.owners),
        keys=replace(one.keys, competing_providers=tuple(competing)),
    )
