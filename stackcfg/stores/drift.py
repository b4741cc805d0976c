"""Finds databases that were probably meant to be one and differ in a detail."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Generic, TypeVar
from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import remove_defaults
from stackcfg.stores.store_map import Location, Store

SERVER = ("host", "db")
"""The fields that say which database of which server it is."""

Item = TypeVar("Item")


class SeenServers(Generic[Item]):
    """Items in the databases of servers, by what databases that drifted
    apart still have in common.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], dict[Location, Item]] = {}

    def drifted_from(self, location: Location | None) -> Iterator[tuple[Item, str]]:
        """Yield the items whose database differs in a detail, and the detail."""
        if location is None or location.engine == "sqlite":
            return
        for place, item in self._found.get(_common_part(location), {}).items():
            field = find_drifted_field(place, location)
            if field:
                yield item, field

    def add(self, location: Location | None, item: Item) -> None:
        """Add an item; the first one of each database is kept."""
        if location is not None and location.engine != "sqlite":
            found = self._found.setdefault(_common_part(location), {})
            found.setdefault(location, item)


def _common_part(location: Location) -> tuple[str, ...]:
    """Return the engine, and the host and the database without defaults."""
    fields = dict(location.connection)
    server = [remove_defaults(fields.get(name, "")) for name in SERVER]
    return (location.engine, *server)


def find_drift(stores: list[Store]) -> Iterator[tuple[Path, Path, str]]:
    """Yield pairs of stores that probably share a database, and what differs."""
    seen: SeenServers[Path] = SeenServers()
    for store in stores:
        for other, difference in seen.drifted_from(store.location):
            yield other, store.path, difference
        seen.add(store.location, store.path)


def find_drifted_field(one: Location | None, other: Location | None) -> str:
    """Return the field in which two near-equal servers differ, or empty."""
    if one is None or other is None:
        return ""
    if one.engine != other.engine or one.engine == "sqlite":
        return ""
    return _find_difference(dict(one.connection), dict(other.connection))


def _find_difference(mine: dict[str, str], theirs: dict[str, str]) -> str:
    different: list[str] = []
    only_defaults_differ = True
    for name, value in mine.items():
        other = theirs.get(name, value)
        if other == value:
            continue
        different.append(name)
        if remove_defaults(other) != remove_defaults(value):
            only_defaults_differ = False
    if only_defaults_differ:
        return ", ".join(different)
    # another host or another database is meant
    if len(different) > 1 or different[0] in SERVER:
        return ""
    return different[0]
