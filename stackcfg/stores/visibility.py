"""Whether the new server sees the data that the old one stored, consumer by consumer.

Measured on real servers: a row is seen when the database, the table, the key prefix and the keys' own format are the
ones that the new release reads. Releases of one family can differ (0.3.5 starts to honour the inference table name).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from stackcfg.releases.changes import CATALOG_SINCE, HOME_MOVED_SINCE, RENAMED_STORES
from stackcfg.releases.families import Target
from stackcfg.releases.stores import LAST_INLINE, StoreFields, hidden_rows
from stackcfg.releases.versions import Release
from stackcfg.stores import prompts
from stackcfg.stores.catalog import read_catalog
from stackcfg.stores.store_map import Location, Store, StoreMap, store_label

VISIBLE: Final = "visible"
PARTLY_VISIBLE: Final = "partly visible"
NOT_VISIBLE: Final = "not visible"
NO_ROWS_YET: Final = "no rows yet"


class StoreVisibility(NamedTuple):
    """One consumer: its store before and after, and whether the new server sees what was stored.

    `status` is one of the four constants above; partly visible means: in some releases of the family.
    """

    consumer: str
    before: Location | None
    after: Location | None
    backend: str
    status: str
    reason: str = ""
    superseded: bool = False


def compare_visibility(
    old: StoreMap,
    new: StoreMap,
    new_data: Mapping[str, Any],
    catalog: StoreFields,
    target: Target,
    source: Release,
) -> list[StoreVisibility]:
    """A row per consumer of the old map, in its order.

    `new` is the new map as the family's last release sees it, `source` the release that wrote the rows.
    """
    last = _successors(old, new)
    moved_table = any(_moved_table(use.location, last.get(use.key)) for use in old.uses)
    first = (
        _successors(old, read_catalog(new_data, catalog, target.first))
        if moved_table
        else last
    )
    found = [
        _row(use, first.get(use.key), last.get(use.key), target, source)
        for use in old.uses
    ]
    return [
        *found,
        *(_prompts(new_data, new.by_key(), target) if source < CATALOG_SINCE else ()),
    ]


def _successors(old: StoreMap, new: StoreMap) -> dict[str, Store]:
    """By the key of each old consumer, what it is now: providers keep their id, not their place or their API."""
    known = new.by_key()
    found: dict[str, Store] = {}
    for use in old.uses:
        same = [each for each in new.uses if _is_same(use, each)]
        exact = known.get(use.key)
        if exact is not None and (exact in same or not same):
            found[use.key] = exact
        elif len(same) == 1:
            found[use.key] = same[0]
    return found


def _is_same(before: Store, after: Store) -> bool:
    api = RENAMED_STORES.get(before.fact.api, before.fact.api)
    named = (after.fact.use, after.owner) == (before.fact.use, before.owner)
    return named and after.fact.api in (before.fact.api, api)


def _moved_table(before: Location | None, after: Store | None) -> bool:
    """Whether only the table differs, so that the releases of the family must be asked one by one."""
    place = after.location if after is not None else None
    return (
        before is not None
        and place is not None
        and before.database == place.database
        and before.table != place.table
    )


def _row(
    use: Store, first: Store | None, last: Store | None, target: Target, source: Release
) -> StoreVisibility:
    name = store_label(use)
    if first is None or last is None or last.location is None:
        return StoreVisibility(
            name, use.location, None, "", NOT_VISIBLE, "not in the new file"
        )
    backend = last.reference.backend if last.reference else ""
    if use.location is None:
        return StoreVisibility(
            name, None, last.location, backend, NO_ROWS_YET, "nothing was stored before"
        )
    status, reason = _seen(use, first.location, last.location, target, source)
    return StoreVisibility(
        name, use.location, last.location, backend, status, reason, use.superseded
    )


def _seen(
    use: Store, first: Location | None, last: Location, target: Target, source: Release
) -> tuple[str, str]:
    assert use.location is not None
    before, after = use.location, last
    if source < HOME_MOVED_SINCE <= target.last:
        before, after = _after_move(before), _after_move(after)
    if before.database != after.database:
        return (
            NOT_VISIBLE,
            "another file" if before.engine == "sqlite" else "another database",
        )
    for fact_use, since, written_until, reason in hidden_rows():
        if (
            use.fact.use == fact_use
            and source <= written_until
            and target.last >= since
        ):
            return NOT_VISIBLE, reason
    if before.table != last.table:
        if first is not None and before.table == first.table:
            return (
                PARTLY_VISIBLE,
                f"only before {'.'.join(map(str, target.last))}, which reads table {last.table}",
            )
        return NOT_VISIBLE, f"table {last.table} is read, {before.table} was written"
    if before.prefix != last.prefix:
        return (
            NOT_VISIBLE,
            f"keys '{last.prefix}:…' are read, '{before.prefix + ':' if before.prefix else ''}…' were written",
        )
    return VISIBLE, ""


def _after_move(place: Location) -> Location:
    """Where rows below `~/.llama` are once ogx has renamed that folder at its first start."""
    moved = tuple(
        (name, value.replace("~/.llama", "~/.ogx")) for name, value in place.connection
    )
    return place._replace(connection=moved)


def _prompts(
    data: Mapping[str, Any], uses: Mapping[str, Store], target: Target
) -> list[StoreVisibility]:
    """Prompts of 0.2, of which no config says where they are."""
    before = prompts.in_file(data, LAST_INLINE)
    after = uses.get(prompts.USE) or prompts.in_metadata(
        uses.get("metadata"), target.last
    )
    if before is None or after is None:
        return []
    backend = after.reference.backend if after.reference else ""
    return [
        StoreVisibility(
            prompts.USE,
            before.location,
            after.location,
            backend,
            NOT_VISIBLE,
            "another file",
        )
    ]
