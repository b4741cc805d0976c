"""How a reference to a KV store becomes one to a SQL store, and which backend a new store gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import renamed_key, rewritten_scalar
from stackcfg.migration.editing.placing import replaced_entry
from stackcfg.paths import Path, value_at
from stackcfg.releases.stores import DEFAULT_BACKENDS, KV, SQL
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Backend
from stackcfg.yamltext.document import MAPPING, ParseError
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field

COPIED: Final = ("sqlite", "postgres")
"""The engines whose rows `stackcfg data copy` brings along."""

NEIGHBOURS: Final = {KV: ("metadata",), SQL: ("conversations", "inference")}
"""The stores of the server whose backend a new store of their family shares, the first one first."""


def backend_for(context: StepContext, family: str) -> str | None:
    """The backend that the server's own stores of a family use, else the default one, else the first there is.

    None when the file defines backends and none of this family. Where it defines none, the server has the defaults.
    """
    if not has_backends(context):
        return DEFAULT_BACKENDS[family]
    known = [
        name
        for name, each in context.written.backends.items()
        if _family(each) == family
    ]
    wanted = [
        as_string(value_at(context.data, ("storage", "stores", name, "backend")))
        for name in NEIGHBOURS[family]
    ]
    return next(
        (name for name in (*wanted, DEFAULT_BACKENDS[family], *known) if name in known),
        None,
    )


def has_backends(context: StepContext) -> bool:
    """Whether the file defines backends, so that the server adds none of its own."""
    return isinstance(value_at(context.data, ("storage", "backends")), Mapping)


def _family(backend: Backend) -> str:
    return guess_value(backend.type).partition("_")[0]


def about_rows(
    context: StepContext, rows: str, old: Mapping[str, object], otherwise: str
) -> str:
    """What becomes of the rows of a reference to a KV store; `otherwise` where nothing copies those of its engine."""
    name = as_string(old.get("backend"))
    known = context.written.backends.get(name)
    if known is not None and guess_value(known.type).partition("_")[2] not in COPIED:
        return (
            f"{rows} are kept in SQL now: those in '{name}' are not copied; {otherwise}"
        )
    return f"{rows} are kept in SQL now: 'stackcfg data copy' brings those in '{name}' along"


def as_sql(
    context: StepContext, path: Path, key: str, backend: str, table: str
) -> Iterator[Change]:
    """The reference at a path, or a null there, as one to a SQL backend, under the key `key`."""
    owner = context.text.editable_node(path[:-1])
    entry = owner.entry(str(path[-1])) if owner is not None else None
    if owner is None or entry is None:
        raise ParseError(
            f"'{path[-1]}' comes from an anchor",
            context.text.offset(path),
            "write it out, then migrate",
        )
    old = value_at(context.data, path)
    others = (
        {name: each for name, each in old.items() if name != "namespace"}
        if isinstance(old, Mapping)
        else {}
    )
    yield Delete(path)
    yield Put((*path[:-1], key), {**others, "backend": backend, "table_name": table})
    name, value = entry
    namespace, place = value.entry("namespace"), value.entry("backend")
    if value.kind != MAPPING or namespace is None or place is None:
        fields = (Field("table_name", table), Field("backend", backend))
        yield replaced_entry(
            context, owner, owner.entries.index(entry), Field(key, fields)
        )
        return
    if key != name.text:
        yield renamed_key(name, key)
    yield renamed_key(namespace[0], "table_name")
    yield from _scalar(context, (*path, "namespace"), table)
    yield from _scalar(context, (*path, "backend"), backend)


def _scalar(context: StepContext, path: Path, value: str) -> Iterator[Edit]:
    node = context.text.editable_node(path)
    if node is not None and node.text != value:
        yield rewritten_scalar(context, node, value)
