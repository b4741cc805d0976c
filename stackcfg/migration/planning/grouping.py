"""Groups the inline stores of a config: the stores of a group share one
backend.

*consolidate* merges all sqlite files of a family, and all stores on one server
with one set of credentials; *preserve* keeps every database and table by
itself. The rows of two stores are never mixed. Names cannot separate two stores
of one kind: sqlite ignores namespaces until ogx 1.0, and most table names are
fixed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from stackcfg.light_typing import Final
from stackcfg.releases.stores import SQL, StoreField
from stackcfg.runconfig.placeholders import split_directory
from stackcfg.stores.store_map import Location, Store, file_identity

SQL_PRECEDENCE: Final = ("inference", "conversations", "responses")
"""The SQL stores whose group becomes `sql_default`, the first one that
exists.
"""

IN_MEMORY: Final = ":memory:"

FAISS: Final = "inline::faiss"


class Group:
    """Stores that share one backend.

    An `isolated` group stays on its own database, because its rows
    would mix with those of another store.
    """

    def __init__(
        self,
        family: str,
        engine: str,
        stores: list[Store],
        isolated: bool = False,
    ) -> None:
        self.family = family
        self.engine = engine
        self.stores = stores
        self.isolated = isolated

    @property
    def location(self) -> Location:
        """Return the location of the first store."""
        return location_of(self.stores[0])

    @property
    def has_metadata(self) -> bool:
        """Return whether the registry is in the group."""
        return any(store.fact.use == "metadata" for store in self.stores)


class _GroupIndex:
    """Groups in the order in which they were made, found by place and server.

    The first store of a group never leaves it, so the keys of a group
    stay true.
    """

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self._numbers: dict[tuple[object, ...], list[int]] = {}

    def add(self, *groups: Group) -> None:
        for group in groups:
            keys: list[tuple[object, ...]] = [(group.family, group.location)]
            if not group.isolated:
                keys.append((group.family, _server_key(group.location)))
            for key in keys:
                self._numbers.setdefault(key, []).append(len(self.groups))
            self.groups.append(group)

    def find_near(self, store: Store) -> list[Group]:
        """Return the groups at the location of a store or on its server."""
        place = location_of(store)
        keys = (store.family, place), (store.family, _server_key(place))
        numbers = {each for key in keys for each in self._numbers.get(key, ())}
        return [self.groups[number] for number in sorted(numbers)]


def _server_key(place: Location) -> tuple[object, ...]:
    """Return a key that locations share when they can be on one server."""
    if place.engine != "sqlite" or place.file == IN_MEMORY:
        return place.database
    return place.engine, tuple(_without_file(place))


def first_folder(files: Iterable[str | None]) -> str | None:
    """Return the first folder of sqlite files, with `/`.

    A path that is one variable has no folder; then that of the next
    file is taken.
    """
    for file in files:
        if file is None or file == IN_MEMORY:
            continue
        parts = split_directory(file)
        if parts is not None:
            return parts[0]
    return None


def location_of(store: Store) -> Location:
    """Return the location of a store that is known to have one."""
    assert store.location is not None
    return store.location


def group_by_server(
    stores: Iterable[Store], fields: Mapping[str, StoreField]
) -> list[Group]:
    """Return a group for each family and server; the sqlite files of a
    family are one.

    `fields` are the fields of the target by the key of the store.
    """
    index = _GroupIndex()
    for store in stores:
        near = index.find_near(store)
        joinable = [group for group in near if _can_share_server(group, store)]
        free = [group for group in joinable if not _conflicts(group, store, fields)]
        own = _group_at_location(near, store)
        if free:
            free[0].stores.append(store)
        elif own is not None:
            index.add(*_split_conflicting(own, store, fields))
        else:
            engine = location_of(store).engine
            isolated = bool(joinable) or not store.fact.known
            index.add(Group(store.family, engine, [store], isolated))
    return index.groups


def group_by_database(stores: Iterable[Store]) -> list[Group]:
    """Return one isolated group for each database and, for KV stores, table."""
    groups: dict[tuple[object, ...], Group] = {}
    for store in stores:
        database = _database_key(store)
        if database in groups:
            groups[database].stores.append(store)
        else:
            engine = location_of(store).engine
            groups[database] = Group(store.family, engine, [store], isolated=True)
    return list(groups.values())


def split_prebuilt(stores: list[Store]) -> tuple[list[Store], list[Store]]:
    """Return the stores without prebuilt indexes, and the prebuilt indexes.

    The KV store of faiss holds the index itself. If no other store is
    in its folder, it was probably built elsewhere and mounted, so it
    stays there.
    """
    inline = [store for store in stores if store.inline is not None]
    folders = Counter(filter(None, map(_folder_of, inline)))
    apart = [store for store in inline if _is_prebuilt(store, folders)]
    keys = {store.key for store in apart}
    return [store for store in stores if store.key not in keys], apart


def _is_prebuilt(store: Store, folders: Mapping[str, int]) -> bool:
    """Return whether an index is alone in its folder, and other stores are elsewhere.

    `folders` has the number of stores in each folder.
    """
    if store.fact.provider_type != FAISS or len(folders) == 1:
        return False
    return folders.get(_folder_of(store)) == 1


def _folder_of(store: Store) -> str:
    return os.path.dirname(file_identity(location_of(store).file or ""))


def in_naming_order(groups: list[Group]) -> list[Group]:
    """Return groups in the order in which they choose names, the
    defaults first.
    """
    return sorted(groups, key=_naming_rank)


def _naming_rank(group: Group) -> int:
    if group.has_metadata:
        return 0
    uses = {store.fact.use for store in group.stores}
    for rank, use in enumerate(SQL_PRECEDENCE, start=1):
        if use in uses:
            return rank
    return len(SQL_PRECEDENCE) + 1


def share_rows(one: StoreField, other: StoreField) -> bool:
    """Return whether two stores write into one key space, or into one
    fixed table.
    """
    if one.family != other.family:
        return False
    if one.keys and one.keys == other.keys:
        return True
    return bool(one.table) and one.table == other.table


def _group_at_location(groups: list[Group], store: Store) -> Group | None:
    """Return the group at the location of a store, which merged stores
    must leave.
    """
    for group in groups:
        is_own = group.family == store.family and group.location == store.location
        if is_own and not group.isolated:
            return group
    return None


def _split_conflicting(
    group: Group,
    store: Store,
    fields: Mapping[str, StoreField],
) -> list[Group]:
    """Add a store to a group; return a new group for each store that it displaces."""
    leaving = _conflicts(group, store, fields)
    staying = [each for each in group.stores if each not in leaving]
    group.stores = [*staying, store]
    return [Group(each.family, group.engine, [each], isolated=True) for each in leaving]


def _conflicts(
    group: Group,
    store: Store,
    fields: Mapping[str, StoreField],
) -> list[Store]:
    """Return the stores of a group whose rows would newly mix with
    those of a store.
    """
    mine = fields[store.key]
    return [
        each
        for each in group.stores
        if each.location != store.location and share_rows(mine, fields[each.key])
    ]


def _can_share_server(group: Group, store: Store) -> bool:
    """Return whether a store is on the server of a group; all sqlite is
    one server.
    """
    place, other = location_of(store), group.location
    if group.family != store.family or group.engine != place.engine:
        return False
    # nobody knows which keys a provider outside the tree writes
    is_known = store.fact.known and group.stores[0].fact.known
    if group.isolated or not is_known:
        return other == place
    if place.engine != "sqlite":
        return other.database == place.database
    if other.database != place.database and IN_MEMORY in (other.file, place.file):
        return False
    return _without_file(other) == _without_file(place)


def _without_file(place: Location) -> list[tuple[str, str]]:
    return [pair for pair in place.connection if pair[0] != "db_path"]


def _database_key(store: Store) -> tuple[object, ...]:
    """Return a key that stores share when one backend can hold both as they are."""
    place = location_of(store)
    if store.family == SQL:
        return store.family, place.database
    return store.family, place.database, place.table
