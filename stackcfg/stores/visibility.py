"""Compares two store maps: whether the new server sees the rows of the old one.

Measured on real servers: rows are visible when the database, the table,
the key prefix and the format of the keys are those that the new release
reads. Releases of one family can differ: 0.3.5 is the first 0.3 to
honour the table name of the inference store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import NamedTuple
from stackcfg.paths import Data
from stackcfg.releases.changes import (
    CATALOG_SINCE,
    HOME_MOVED_SINCE,
    NEW_FOLDER_VARIABLE,
    OLD_FOLDER_VARIABLE,
    RENAMED_STORES,
)
from stackcfg.releases.families import Target
from stackcfg.releases.server_places import NEW_HOME, OLD_HOME
from stackcfg.releases.stores import LAST_INLINE, StoreFields, hidden_rows
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import may_be_empty, remove_defaults
from stackcfg.stores import prompts
from stackcfg.stores.opened import read_opened_stores, with_default_backends
from stackcfg.stores.store_map import Location, Store, StoreMap, store_label

VISIBLE = "visible"
PARTLY_VISIBLE = "partly visible"
NOT_VISIBLE = "not visible"
NO_ROWS_YET = "no rows yet"

NOTHING_STORED = "nothing was stored before"


_ADDRESS = ("db_path", "host", "port", "db")
"""The fields of a connection that say which database it is; the others
say who opens it, and how.
"""


class StoreVisibility(NamedTuple):
    """One store before and after, and whether the new server sees the old rows.

    `status` is VISIBLE, PARTLY_VISIBLE (only in the first releases of
    the family), NOT_VISIBLE, or NO_ROWS_YET (nothing can have been
    stored); `reason` says why. The layout decides where a store goes
    that `was_inline`. The old server did not read a store that
    `is_left_over`; the old file does not name one that `is_default`.
    """

    store: str
    before: Location | None
    after: Location | None
    backend: str
    status: str
    reason: str = ""
    superseded: bool = False
    was_inline: bool = False
    is_left_over: bool = False
    is_default: bool = False


def compare_visibility(
    old: StoreMap,
    new: StoreMap,
    new_data: Data,
    catalog: StoreFields,
    target: Target,
    source: Release,
) -> list[StoreVisibility]:
    """Return the visibility of each store of the old map, in its order;
    then the stores that are new.

    Left out is what the new file does not have and the old server did
    not read, or did not store.

    `new` is the new map as the last release of the target reads it,
    `source` the release that wrote the rows.
    """
    last = _match_stores(old, new)
    first = last
    # reading the map a second time pays only where an earlier release may see
    # more
    if any(_only_table_differs(store, last.get(store.key)) for store in old.stores):
        first = _match_stores(old, _stores_at_first(new_data, catalog, target))
    found: list[StoreVisibility] = []
    for store in old.stores:
        if store.key not in last and _is_without_rows(store, source):
            continue
        pair = first.get(store.key), last.get(store.key)
        found.append(_compare_with_writer(store, *pair, source, target))
    if source < CATALOG_SINCE:
        found += _compare_prompts(new_data, new.by_key(), target, source)
    known = {each.store for each in found}
    found += _describe_new(_stores_beside(new, last), known)
    return found


def _stores_beside(new: StoreMap, matched: dict[str, Store]) -> list[Store]:
    """Return the new stores that match no old one."""
    continued = {store.key for store in matched.values()}
    return [store for store in new.stores if store.key not in continued]


def _stores_at_first(data: Data, catalog: StoreFields, target: Target) -> StoreMap:
    """Return the stores of a new file as the first release of its
    family reads them.
    """
    data = with_default_backends(data, target.first)
    return read_opened_stores(data, catalog, target.first)


def _compare_with_writer(
    store: Store,
    first: Store | None,
    last: Store | None,
    source: Release,
    target: Target,
) -> StoreVisibility:
    """Compare a store, whose rows an earlier server wrote if it is left over."""
    # beside a catalog, an inline store is left over from before
    is_left_over = store.inline is not None and source >= CATALOG_SINCE
    writer = source
    if is_left_over:
        writer = LAST_INLINE
    compared = _compare_store(store, first, last, writer, target)
    is_default = store.state == "absent"
    return compared._replace(is_left_over=is_left_over, is_default=is_default)


def _describe_new(added: list[Store], known: set[str]) -> Iterator[StoreVisibility]:
    """Yield the stores that only the new server has,
    but for those that are known.
    """
    for store in added:
        label, backend = store_label(store), _backend_name(store)
        if label not in known:
            yield StoreVisibility(
                label, None, store.location, backend, NO_ROWS_YET, NOTHING_STORED
            )


def _is_without_rows(store: Store, source: Release) -> bool:
    """Return whether the old server can have kept nothing in a store,
    or reads nothing of it.
    """
    if store.location is None:
        return True
    # imported only here: most stores go on
    from stackcfg.releases.rows import row_kind

    kind = row_kind(store.fact.use)
    return bool(kind.unread) and kind.reason_to_stay(source) == kind.unread


def _match_stores(old: StoreMap, new: StoreMap) -> dict[str, Store]:
    """Return the new stores by old keys; ids count more than positions."""
    known = new.by_key()
    by_owner: dict[tuple[str, str], list[Store]] = {}
    for store in new.stores:
        by_owner.setdefault((store.fact.use, store.owner), []).append(store)
    found: dict[str, Store] = {}
    for store in old.stores:
        near = by_owner.get((store.fact.use, store.owner), ())
        same = [each for each in near if _is_same_api(store, each)]
        exact = known.get(store.key)
        # the key has the position of a provider; its id, if it is unique, says
        # more
        if exact is not None and (exact in same or not same):
            found[store.key] = exact
        elif len(same) == 1:
            found[store.key] = same[0]
    return found


def _is_same_api(before: Store, after: Store) -> bool:
    api = before.fact.api
    return after.fact.api in (api, RENAMED_STORES.get(api, api))


def _only_table_differs(before: Store, after: Store | None) -> bool:
    if before.location is None or after is None or after.location is None:
        return False
    old = before.location
    new = after.location
    return _is_same_database(old, new) and old.table != new.table


def _compare_store(
    store: Store,
    first: Store | None,
    last: Store | None,
    source: Release,
    target: Target,
) -> StoreVisibility:
    """Compare a store with those for the target's first and last release."""
    label = store_label(store)
    before = store.location
    if first is None or last is None:
        reason = "not in the new file"
        return StoreVisibility(label, before, None, "", NOT_VISIBLE, reason)
    if last.location is None:
        # without 'storage', the server has default backends
        reason = "the new file does not define its backend"
        return StoreVisibility(label, before, None, "", NOT_VISIBLE, reason)
    after = last.location
    backend = _backend_name(last)
    if before is None:
        return StoreVisibility(label, None, after, backend, NO_ROWS_YET, NOTHING_STORED)
    status = NOT_VISIBLE
    reason = _find_obstacle(store, before, after, source, target)
    if not reason and store.family != last.family:
        reason = f"SQL table {after.table} is read, KV keys were written"
    if not reason:
        status, reason = _compare_places(before, first.location, after, target)
    return StoreVisibility(
        label,
        before,
        after,
        backend,
        status,
        reason,
        superseded=store.state == "superseded",
        was_inline=store.inline is not None or _is_default_file(store, source),
    )


def _is_default_file(store: Store, source: Release) -> bool:
    return source < CATALOG_SINCE and bool(store.fact.api and store.location)


def _find_obstacle(
    store: Store, before: Location, after: Location, source: Release, target: Target
) -> str:
    """Return why rows are not visible in any table; empty if they are."""
    # paths below the old folder lead to the same files after the move
    if source < HOME_MOVED_SINCE <= target.last:
        before = _move_home(before)
        after = _move_home(after)
    if not _is_same_database(before, after):
        if before.engine == "sqlite":
            return "another file"
        return "another database"
    for name, since, written_until, reason in hidden_rows():
        is_hidden = source <= written_until and target.last >= since
        if name == store.fact.use and is_hidden:
            return reason
    return ""


def _is_same_database(before: Location, after: Location) -> bool:
    """Return whether two locations are in one database,
    whoever opens it and how.
    """
    if before.engine != after.engine:
        return False
    old, new = dict(before.connection), dict(after.connection)
    return all(_is_same_value(old.get(name), new.get(name)) for name in _ADDRESS)


def _is_same_value(old: str | None, new: str | None) -> bool:
    """Return whether a field says the same; a variable that can be null
    may have got the default of its field, which a server would take.
    """
    if old is None or new is None or not may_be_empty(old):
        return old == new
    return remove_defaults(old) == remove_defaults(new)


def _move_home(location: Location) -> Location:
    """Return a location after the first start of ogx, which renames
    `~/.llama`; the variable with the server's folder has another name,
    too.
    """
    moved = tuple((name, _move_path(value)) for name, value in location.connection)
    return location._replace(connection=moved)


def _move_path(path: str) -> str:
    path = path.replace(OLD_HOME, NEW_HOME)
    old = f"${{env.{OLD_FOLDER_VARIABLE}:={NEW_HOME}}}"
    return path.replace(old, f"${{env.{NEW_FOLDER_VARIABLE}:={NEW_HOME}}}")


def _compare_places(
    before: Location, first: Location | None, last: Location, target: Target
) -> tuple[str, str]:
    """Return the status of rows in the database that is read, and the reason."""
    if before.table == last.table:
        if before.prefix == last.prefix:
            return VISIBLE, ""
        written = before.prefix
        if written:
            written += ":"
        reason = f"keys '{last.prefix}:…' are read, '{written}…' were written"
        return NOT_VISIBLE, reason
    if first is not None and before.table == first.table:
        release = format_release(target.last)
        reason = f"only before {release}, which reads table {last.table}"
        return PARTLY_VISIBLE, reason
    reason = f"table {last.table} is read, {before.table} was written"
    return NOT_VISIBLE, reason


def _compare_prompts(
    data: Data, stores: Mapping[str, Store], target: Target, source: Release
) -> Iterator[StoreVisibility]:
    """Yield the visibility of the prompts of 0.2, which no config mentions."""
    before = prompts.find_prompts_file(data, source)
    after = stores.get(prompts.STORE_NAME)
    if after is None:
        registry = stores.get("metadata")
        after = prompts.find_prompts_in_registry(registry, target.last)
    if before is not None and after is not None:
        yield StoreVisibility(
            prompts.STORE_NAME,
            before.location,
            after.location,
            _backend_name(after),
            NOT_VISIBLE,
            "another file",
        )


def _backend_name(store: Store) -> str:
    if store.reference is None:
        return ""
    return store.reference.backend
