"""Tells which rows are whose: of stores in one table, and of the old
and the new config.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from stackcfg.data.locations import REDIS, RowLocation
from stackcfg.data.moves import OwnKeys, Unmoved
from stackcfg.data.stored_rows import StoredRows
from stackcfg.releases.changes import RENAMED_STORES
from stackcfg.releases.rows import METADATA, VECTOR_IO
from stackcfg.releases.stores import KV

NEVER_ALONE: Final = (METADATA, "prompts")
"""Uses whose stores can hold other rows that no config mentions."""


def find_own_keys(
    rows: StoredRows, location: RowLocation, every: Iterable[StoredRows]
) -> OwnKeys:
    """Return which keys at a location are those of the rows."""
    others = [each for each in every if _shares_location(each, rows, location)]
    prefixes: tuple[str, ...] = ()
    # a store that is alone in its table takes all rows, even of kinds unknown
    # here
    if others or rows.fact.use in NEVER_ALONE or can_have_others(location):
        prefixes = rows.kind.prefixes
    competing = tuple(each.owner for each in others if each.kind == rows.kind)
    return OwnKeys(prefixes, (), competing, bool(others))


def can_have_others(location: RowLocation) -> bool:
    """Return whether other programs can keep their keys at a location."""
    return location.database.engine == REDIS and not location.prefix


def _shares_location(
    other: StoredRows, rows: StoredRows, location: RowLocation
) -> bool:
    if other is rows or location.family != KV or not location.table:
        return False
    return location in other.locations


def find_nested_keys(
    rows: StoredRows, location: RowLocation, every: Sequence[StoredRows]
) -> tuple[str, ...]:
    """Return the beginnings of keys in other namespaces of the same table."""
    if location.family != KV:
        return ()
    own = [location.prefix + each for each in rows.kind.prefixes]
    found = [
        key
        for other in every
        for prefix in _nested_prefixes(other, location)
        for key in _foreign_keys(prefix, other, own)
    ]
    return tuple(dict.fromkeys(found))


def _nested_prefixes(rows: StoredRows, location: RowLocation) -> Iterator[str]:
    for each in rows.locations:
        # the same table, if it is a KV table with another namespace
        outer = replace(each, prefix=location.prefix)
        if outer == location != each and each.prefix.startswith(location.prefix):
            yield each.prefix


def _foreign_keys(prefix: str, other: StoredRows, own: Iterable[str]) -> Iterator[str]:
    if any(key.startswith(prefix) or prefix.startswith(key) for key in own):
        # own keys can begin like the namespace: only keys that its rows can
        # have are others'
        for key in other.kind.prefixes:
            yield prefix + key
    else:
        yield prefix


def leave_rows(
    rows: StoredRows,
    location: RowLocation,
    every: Iterable[StoredRows],
    reason: str,
    *,
    needs_action: bool = False,
) -> Unmoved:
    """Return the rows at a location as rows that are not moved."""
    keys = find_own_keys(rows, location, every)
    return Unmoved(rows.store, rows.kind, location, reason, needs_action, keys)


def find_successor(
    rows: StoredRows, old: Sequence[StoredRows], new: Sequence[StoredRows]
) -> StoredRows | None:
    """Return the new rows that continue old ones; None where that is
    not certain.

    A provider keeps its id. Otherwise it is the only new one of the
    same type, or the only new one where only one old one has gone.
    """
    candidates = [each for each in new if _can_continue(each, rows)]
    for each in candidates:
        # a store of the server has no API, and there is one of each
        if each.owner == rows.owner or not rows.fact.api:
            return each
    return _find_new_provider(rows, candidates, old)


def _find_new_provider(
    rows: StoredRows, candidates: Sequence[StoredRows], old: Sequence[StoredRows]
) -> StoredRows | None:
    old_owners = _owners_of(each for each in old if _is_same_kind(each, rows))
    added = [each for each in candidates if each.owner not in old_owners]
    same_type = [each for each in added if each.provider_type == rows.provider_type]
    unmatched = old_owners - _owners_of(candidates)
    # one provider has gone and one has come: it was renamed, of whatever type
    if len(unmatched) == 1 and not same_type:
        same_type = added
    return same_type[0] if len(same_type) == 1 else None


def _owners_of(rows: Iterable[StoredRows]) -> set[str]:
    return {each.owner for each in rows}


def _is_same_kind(one: StoredRows, other: StoredRows) -> bool:
    return (one.fact.use, one.fact.api) == (other.fact.use, other.fact.api)


def _can_continue(new: StoredRows, old: StoredRows) -> bool:
    renamed_api = RENAMED_STORES.get(old.fact.api)
    return _is_same_kind(new, old) or (
        new.fact.use == old.fact.use and new.fact.api == renamed_api
    )


def find_metadata_table(
    successor: StoredRows, new: Sequence[StoredRows]
) -> RowLocation | None:
    """Return the SQL store for the metadata of a provider's vector stores.

    It is the provider's own, or else the server's.
    """
    if successor.fact.use != VECTOR_IO:
        return None
    stores = [each for each in new if each.fact.use == "vector_stores"]
    own = [each for each in stores if each.owner == successor.owner]
    of_server = [each for each in stores if not each.fact.api]
    first = next(iter((*own, *of_server)), None)
    if first is None:
        return None
    return first.locations[0]
