"""Finds databases that were probably meant to be one and differ in a detail."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.stores.store_map import Location, Store


def find_drift(stores: list[Store]) -> Iterator[tuple[Path, Path, str]]:
    """Yield pairs of stores that probably share a database, and what differs."""
    seen: list[Store] = []
    for store in stores:
        for other in seen:
            difference = find_drifted_field(other.location, store.location)
            if difference:
                yield other.path, store.path, difference
        # one store of each database is enough to compare the next ones with
        if store.location not in [other.location for other in seen]:
            seen.append(store)


def find_drifted_field(one: Location | None, other: Location | None) -> str:
    """Return the field in which two near-equal servers differ, or empty."""
    if one is None or other is None:
        return ""
    if one.engine != other.engine or one.engine == "sqlite":
        return ""
    return _find_difference(dict(one.connection), dict(other.connection))


def _find_difference(mine: dict[str, str], theirs: dict[str, str]) -> str:
    different = [name for name in mine if theirs.get(name, mine[name]) != mine[name]]
    if all(
        remove_defaults(mine[name]) == remove_defaults(theirs[name])
        for name in different
    ):
        return ", ".join(different)
    # another host or another database is meant
    if len(different) > 1 or different[0] in ("host", "db"):
        return ""
    return different[0]
