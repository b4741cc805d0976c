"""The backend of a store that the old file did not have: a default one
if possible.
"""

from __future__ import annotations

from stackcfg.migration.planning.allocation import BackendAllocator, PlannedBackend
from stackcfg.migration.planning.backends import FILES, describe_role
from stackcfg.migration.planning.grouping import Group, first_folder, in_naming_order
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    SQL,
    default_folder,
    find_engine,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Backend, Store, connection_of


def assign_default_backend(store: Store, allocator: BackendAllocator) -> str:
    """Let a new store use a backend, planned if need be, and return its name."""
    backend: Backend | PlannedBackend | None = _find_default(store.family, allocator)
    if backend is None:
        backend = _plan_default(store.family, allocator)
    field = allocator.fields[store.key]
    # sqlite ignores namespaces until ogx 1.0, and table names are fixed:
    # only another file keeps rows apart
    needs_file = field.family == SQL or backend.type == "kv_sqlite"
    if needs_file and allocator.would_mix(backend.name, [store]):
        word = describe_role(field, store)
        name = allocator.unique_name(f"{store.family}_{word}")
        path = f"{_find_folder(allocator)}{word}.db"
        path = allocator.unused_file(path, store.family)
        backend = _sqlite_backend(name, store.family, path)
    if isinstance(backend, PlannedBackend):
        allocator.add(backend)
    allocator.assign(backend.name, [store])
    return backend.name


def _find_default(family: str, allocator: BackendAllocator) -> Backend | None:
    known = allocator.backends_of(family)
    for backend in known:
        if backend.name == DEFAULT_BACKENDS[family]:
            return backend
    if allocator.layout == CONSOLIDATE:
        shared = [each for each in known if not allocator.is_apart(each.name)]
        return shared[0] if shared else None
    return None


def _plan_default(family: str, allocator: BackendAllocator) -> Backend | PlannedBackend:
    """Return a default backend: where the metadata is, else beside
    other files.
    """
    server = _find_server(allocator)
    if server is not None:
        return _on_server(server, family, allocator)
    path = f"{_find_folder(allocator)}{FILES[family]}"
    for backend in allocator.backends_of(family):
        if as_string(backend.fields.get("db_path")) == path:
            return backend
    name = allocator.unique_name(DEFAULT_BACKENDS[family])
    return _sqlite_backend(name, family, path)


def _find_server(allocator: BackendAllocator) -> Group | None:
    """Return the Postgres group of the metadata, or any if nothing is
    in files.
    """
    groups = in_naming_order(allocator.groups)
    servers = [group for group in groups if group.engine == "postgres"]
    if not servers:
        return None
    metadata = [group for group in groups if group.has_metadata]
    has_files = any(group.location.file for group in groups)
    if not has_files or metadata[:1] == servers[:1]:
        return servers[0]
    return None


def _on_server(
    server: Group,
    family: str,
    allocator: BackendAllocator,
) -> Backend | PlannedBackend:
    engine, inline = find_engine(family, "postgres"), server.stores[0].inline
    assert engine is not None
    assert inline is not None
    fields = tuple(pair for pair in inline.fields if pair[0] in engine.fields)
    connection = connection_of("postgres", family, dict(fields))
    for backend in allocator.backends_of(family):
        same = connection_of("postgres", family, backend.fields) == connection
        if backend.engine == "postgres" and same:
            return backend
    name = allocator.unique_name(DEFAULT_BACKENDS[family])
    kind = f"{family}_postgres"
    return PlannedBackend(name, family, kind, fields, (inline.path,))


def _find_folder(allocator: BackendAllocator) -> str:
    """Return the folder of new sqlite files, with `/`, beside the metadata."""
    files = [group.location.file for group in in_naming_order(allocator.groups)]
    for backend in allocator.written.backends.values():
        if "sqlite" in backend.type:
            files.append(as_string(backend.fields.get("db_path")))
    folder = first_folder(filter(None, files))
    if folder is None:
        return default_folder(allocator.image_name)
    return folder


def _sqlite_backend(
    name: str,
    family: str,
    path: str,
) -> PlannedBackend:
    fields = (("db_path", path),)
    own = frozenset({"db_path"})
    return PlannedBackend(name, family, f"{family}_sqlite", fields, (), own)
