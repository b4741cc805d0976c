"""Finds databases of a config that were probably meant to be one and differ in a detail."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.stores.store_map import Location, Store


def find_drift(stores: list[Store]) -> Iterator[tuple[Path, Path, str]]:
    """Yield pairs of stores that probably share one database, with the field that differs."""
    seen: list[Store] = []
    for store in stores:
        for other in seen:
            difference = find_drifted_field(other.location, store.location)
            if difference:
                yield other.path, store.path, difference
        if all(store.location != other.location for other in seen):
            seen.append(store)


def find_drifted_field(one: Location | None, other: Location | None) -> str:
    """Return the field in which two near-equal servers differ; empty for any other two."""
    if one is None or other is None or one.engine != other.engine:
        return ""
    if one.engine == "sqlite":
        return ""
    mine, theirs = dict(one.connection), dict(other.connection)
    different = [name for name in mine if theirs.get(name, mine[name]) != mine[name]]
    if not different:
        return ""
    if all(_differ_in_default(mine[name], theirs[name]) for name in different):
        return ", ".join(sorted(different))
    # another host or another database is no slip of the pen, whatever else is equal
    if len(different) == 1 and different[0] not in ("host", "db"):
        return different[0]
    return ""


def _differ_in_default(mine: str, theirs: str) -> bool:
    return remove_defaults(mine) == remove_defaults(theirs)
