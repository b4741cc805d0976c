"""Groups the inline stores of a config: those that are to share one backend.

*consolidate* merges all sqlite files of a family and stores on one server with one set of credentials; *preserve*
keeps every database and table by itself. Rows that were apart never meet: sqlite ignores namespaces until ogx 1.0 and
most table names are fixed, so names cannot keep two consumers of one kind apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from stackcfg.releases.stores import SQL, StoreField, find_engine
from stackcfg.stores.store_map import Location, Store

SQL_PRECEDENCE: Final = ("inference", "conversations", "responses")


@dataclass(slots=True)
class Group:
    """Uses that are to share one backend."""

    family: str
    engine: str
    uses: list[Store]
    apart: bool = False
    """Kept on its own database because its rows would mix with those of another consumer."""

    @property
    def location(self) -> Location:
        """Where the first of the uses keeps its rows."""
        place = self.uses[0].location
        assert place is not None
        return place


def consolidated(uses: Iterable[Store], facts: Mapping[str, StoreField]) -> list[Group]:
    """One group per family and server; all sqlite files of a family together, unless rows would mix."""
    groups: list[Group] = []
    for use in uses:
        place = use.location
        assert place is not None
        group = next(
            (
                each
                for each in groups
                if _same_server(each, use) and not _mixing(each, use, facts)
            ),
            None,
        )
        if group is None and (home := _at_home(groups, use)) is not None:
            groups += _evicted(home, use, facts)
        elif group is None:
            apart = not use.fact.known or any(
                _same_server(each, use) for each in groups
            )
            groups.append(Group(use.family, place.engine, [use], apart))
        else:
            group.uses.append(use)
    return groups


def _at_home(groups: list[Group], use: Store) -> Group | None:
    """The group whose own place this use has; it belongs there more than any use that was merged in."""
    own = [
        each
        for each in groups
        if each.family == use.family and each.location == use.location
    ]
    return next((each for each in own if not each.apart), None)


def _evicted(home: Group, use: Store, facts: Mapping[str, StoreField]) -> list[Group]:
    """Let a use into a group and keep those apart whose rows would mix with its own."""
    mixing = _mixing(home, use, facts)
    home.uses = [each for each in home.uses if each not in mixing] + [use]
    return [Group(each.family, home.engine, [each], apart=True) for each in mixing]


def _same_server(group: Group, use: Store) -> bool:
    """Whether a use may join a group: the same engine and, but for sqlite files, the same server and credentials."""
    place = use.location
    assert place is not None
    if group.family != use.family or group.engine != place.engine:
        return False
    if (
        group.apart or not use.fact.known or not group.uses[0].fact.known
    ):  # nobody knows a guessed store's key space
        return group.location == place
    if (
        find_engine(use.family, place.engine) is None
    ):  # a type that a variable decides: only its twin can share it
        return group.location.database == place.database
    if place.engine == "sqlite":
        return _without_file(group.location) == _without_file(
            place
        ) and not _unmergeable(group.location, place)
    return group.location.database == place.database


def _without_file(place: Location) -> list[tuple[str, str]]:
    return [pair for pair in place.connection if pair[0] != "db_path"]


def _unmergeable(one: Location, other: Location) -> bool:
    """A database in memory is private to its store."""
    return one.database != other.database and ":memory:" in (one.file, other.file)


def _mixing(group: Group, use: Store, facts: Mapping[str, StoreField]) -> list[Store]:
    """The uses of a group whose rows a use would meet: the same key space or fixed table, held apart until now."""
    mine = facts[use.key]
    return [
        each
        for each in group.uses
        if same_rows(mine, facts[each.key]) and each.location != use.location
    ]


def same_rows(one: StoreField, other: StoreField) -> bool:
    """Whether two consumers would write into one key space or one table of fixed name."""
    if one.family != other.family:
        return False
    return bool(
        (one.keys and one.keys == other.keys)
        or (one.table and one.table == other.table)
    )


def preserved(uses: Iterable[Store]) -> list[Group]:
    """One group per database and, for KV, table."""
    groups: list[Group] = []
    for use in uses:
        place = use.location
        assert place is not None
        for group in groups:
            same_table = use.family == SQL or group.location.table == place.table
            if (
                group.family == use.family
                and group.location.database == place.database
                and same_table
            ):
                group.uses.append(use)
                break
        else:
            groups.append(Group(use.family, place.engine, [use], apart=True))
    return groups


def named_first(groups: list[Group]) -> list[Group]:
    """Groups in the order in which they choose names: those that become the defaults first."""

    def rank(group: Group) -> int:
        uses = {use.fact.use for use in group.uses}
        if "metadata" in uses:
            return 0
        return next(
            (1 + place for place, use in enumerate(SQL_PRECEDENCE) if use in uses), 9
        )

    return sorted(groups, key=rank)
