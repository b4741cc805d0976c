"""The backend of each group of stores: one that the file has, or a new one.

Names are stable and say what is in a backend: `kv_default` holds the
metadata, `sql_default` the inference history, the others are called
after their first store (`kv_faiss`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.migration.planning.allocation import BackendAllocator, PlannedBackend
from stackcfg.migration.planning.grouping import IN_MEMORY, Group, first_folder
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    SQL,
    StoreField,
    engine_defaults,
    find_engine,
)
from stackcfg.runconfig.placeholders import (
    add_default,
    fill_defaults,
    may_be_empty,
    remove_conditions,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Backend, Store, connection_of, kv_table

FILES: Final = {KV: "kvstore.db", SQL: "sql_store.db"}
"""The sqlite files that merged stores are in."""

OPTIONAL_FIELDS: Final = frozenset({"password", "ssl_mode", "ca_cert_path"})
PLACEHOLDER_USER: Final = "llamastack"
"""The user in upstream's samples; a Postgres backend without one is refused."""


def find_existing_backend(group: Group, allocator: BackendAllocator) -> Backend | None:
    """Return the backend of the file that a group can use."""
    for backend in allocator.written.backends.values():
        if backend.family != group.family or backend.engine != group.engine:
            continue
        if not backend.can_be_named or allocator.would_mix(backend.name, group.stores):
            continue
        if _is_on_database(group, backend, allocator.layout):
            return backend
        if _is_mergeable(group, allocator.layout):
            return backend
    return None


def _is_on_database(
    group: Group,
    backend: Backend,
    layout: str,
) -> bool:
    engine, place = backend.engine, group.location
    connection = connection_of(engine, backend.family, backend.fields)
    if (engine, connection) != place.database:
        return False
    if group.family == SQL or layout == CONSOLIDATE:
        return True
    return kv_table(engine, backend.fields) == place.table


def _is_mergeable(group: Group, layout: str) -> bool:
    """Return whether the rows of a group may go into another sqlite file."""
    if layout != CONSOLIDATE or group.isolated:
        return False
    return group.engine == "sqlite" and group.location.file != IN_MEMORY


def plan_group_backend(group: Group, allocator: BackendAllocator) -> PlannedBackend:
    """Return a new backend for a group, with the fields of its first store."""
    fields = _inline_fields(group)
    own: dict[str, Any] = {}
    if group.engine == "sqlite":
        path = _choose_file(group, allocator)
        if path != fields.get("db_path"):
            own["db_path"] = path
    if all(store.is_optional for store in group.stores):
        own |= _missing_defaults(group, {**fields, **own})
    inline = [store.inline for store in group.stores if store.inline is not None]
    return PlannedBackend(
        allocator.unique_name(_wanted_name(group, allocator)),
        group.family,
        f"{group.family}_{group.engine}",
        tuple({**fields, **own}.items()),
        tuple(each.path for each in inline),
        frozenset(own),
    )


def _inline_fields(group: Group) -> dict[str, Any]:
    """Return the fields of the first store, without its place in the
    database.
    """
    inline = group.stores[0].inline
    if inline is None:
        return {}
    of_reference = {"namespace"}
    if group.family == SQL:
        of_reference.add("table_name")
    return {name: value for name, value in inline.fields if name not in of_reference}


def _missing_defaults(group: Group, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return defaults for fields that may be empty.

    0.3 checks every backend, even that of a disabled provider. 0.2
    refused the empty field once the provider was enabled, so no working
    setting changes.
    """
    engine = find_engine(group.family, fill_defaults(group.engine))
    found: dict[str, str] = {}
    if engine is None:
        return found
    for name, default in engine_defaults(engine).items():
        written = as_string(fields.get(name))
        if may_be_empty(written) and name not in OPTIONAL_FIELDS:
            default = fill_defaults(default) or PLACEHOLDER_USER
            found[name] = add_default(written, default)
    return found


def _choose_file(group: Group, allocator: BackendAllocator) -> str:
    """Return the sqlite file of a group: a merged one if there is
    anything to merge.
    """
    own = str(group.location.file)
    if not _is_mergeable(group, allocator.layout):
        return own
    metadata = allocator.metadata_group()
    beside_metadata = metadata is not None and metadata.engine == "sqlite"
    files = {store.location.file for store in group.stores if store.location}
    if len(files) == 1 and not beside_metadata:
        return own
    stores = [*_metadata_stores(allocator), *group.stores]
    folder = first_folder(each.location.file for each in stores if each.location)
    if folder is None:
        return own
    return allocator.unused_file(folder + FILES[group.family], group.family)


def _metadata_stores(allocator: BackendAllocator) -> list[Store]:
    stores = [store for group in allocator.groups for store in group.stores]
    return [store for store in stores if store.fact.use == "metadata"]


def _wanted_name(group: Group, allocator: BackendAllocator) -> str:
    """Return the default name for the main groups, else one after the
    first store.
    """
    if allocator.layout == CONSOLIDATE and not group.isolated:
        default = DEFAULT_BACKENDS[group.family]
        metadata = allocator.metadata_group()
        is_main = group.family == SQL or metadata is None or metadata is group
        if is_main and not allocator.has_backend(default):
            return default
    first = group.stores[0]
    return f"{group.family}_{describe_role(allocator.fields[first.key], first)}"


def describe_role(field: StoreField, store: Store) -> str:
    """Return the word for a store in the name of a backend, as `faiss`."""
    name = field.default
    if not store.fact.known:
        name = remove_conditions(store.owner)
    word = name.rpartition("::")[2] or field.use
    word = re.sub(r"(?<=.)_(store|metadata)$", "", word)
    if field.use == "conversations":
        word = word.removeprefix("openai_")
    return re.sub(r"[^A-Za-z0-9]+", "_", word).strip("_").lower() or "store"
