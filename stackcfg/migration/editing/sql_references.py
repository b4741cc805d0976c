"""KV references that become SQL references, and the backend that a new
store gets.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.values import as_field
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.stores import DEFAULT_BACKENDS, KV, SQL
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import BACKENDS_PATH, STORES_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Backend
from stackcfg.yamltext.document import MAPPING

NEIGHBOURS = {KV: ("metadata",), SQL: ("conversations", "inference")}
"""The stores whose backend a new store of their family shares, the
first one first.
"""

BATCHES = ("batches", "inline::reference")
"""The API and the type of the provider whose store is in SQL since
1.0.0 (#5757).
"""


def backend_for(
    context: StepContext,
    family: str,
) -> str | None:
    """Return the backend for a new store of a family.

    That is the one which the server's own stores use, else the default
    or the first.

    None where the file defines backends, but none of the family. A
    server without backends has the default ones.
    """
    if not has_backends(context):
        return DEFAULT_BACKENDS[family]
    backends = context.written.backends
    known = [
        name
        for name, each in backends.items()
        if _family(each) == family and each.can_be_named
    ]
    wanted = [
        as_string(value_at(context.data, (*STORES_PATH, name, "backend")))
        for name in NEIGHBOURS[family]
    ]
    # rows of a neighbour's kind belong into the same database
    for name in (*wanted, DEFAULT_BACKENDS[family], *known):
        if name in known:
            return name
    return None


def has_backends(context: StepContext) -> bool:
    """Return whether the file defines backends; the server then adds none."""
    return isinstance(value_at(context.data, BACKENDS_PATH), Mapping)


def _family(backend: Backend) -> str:
    return guess_value(backend.type).partition("_")[0]


def describe_rows(rows: str, old: Mapping[str, object]) -> str:
    """Return what happens to the rows of a KV reference that becomes a
    SQL one.
    """
    name = as_string(old.get("backend"))
    return (
        f"{rows} are stored in SQL now; 'stackcfg data copy' copies those in '{name}'"
    )


def write_sql_reference(
    context: StepContext,
    path: Path,
    key: str,
    backend: str,
    table: str,
) -> Changes:
    """Write the KV reference at a path, or a null there, as a SQL reference."""
    _, (_, node) = context.text.editable_entry(path)
    old = as_mapping(value_at(context.data, path))
    wanted = {"namespace": table, "backend": backend}
    # what a null, an alias or a default holds cannot be renamed
    if node.kind != MAPPING or any(node.entry(name) is None for name in wanted):
        others = {name: old[name] for name in old if name not in wanted}
        reference = {"table_name": table, "backend": backend, **others}
        yield from context.text.replace(path, as_field(key, reference))
        return
    for name, value in wanted.items():
        if old[name] != value:
            yield from context.text.set((*path, name), value)
    yield from context.text.rename((*path, "namespace"), "table_name")
    if key != path[-1]:
        yield from context.text.rename(path, key)
