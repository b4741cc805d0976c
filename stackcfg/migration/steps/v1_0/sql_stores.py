"""ogx 0.8 → 1.0: prompts and connectors are kept in SQL, not in a KV store (upstream #5756, #5757).

The loader rewrites an old reference by the names of its backends, `kv_x` to `sql_x`, and refuses the config where that
fits nothing. Here they get the SQL backend that the conversations use. No server copies rows. A store that is left
out is on `sql_default`, so it is written where the file has no backend of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    INFO,
    Change,
    Put,
    StepNote,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.migration.editing.placing import filled, insert_entry, is_empty
from stackcfg.migration.editing.sql_references import (
    about_rows,
    as_sql,
    backend_for,
    has_backends,
)
from stackcfg.paths import value_at
from stackcfg.releases.stores import DEFAULT_BACKENDS, SQL
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field

STORES: Final = ("storage", "stores")
NAMES: Final = ("prompts", "connectors")
"""The stores, which are also the names of their tables; a reference's `table_name` is not read."""


def run(context: StepContext) -> Iterator[Change]:
    """Give both stores a place in SQL."""
    stores = value_at(context.data, STORES)
    written: Mapping[str, Any] = stores if isinstance(stores, Mapping) else {}
    backend = backend_for(context, SQL)
    missing: list[Field] = []
    for name in NAMES:
        path = (*STORES, name)
        old = written.get(name)
        if isinstance(old, Mapping) and "table_name" in old:
            continue
        if old is None and name not in written and _has_default(context):
            continue
        if backend is None:
            yield StepNote(
                ACTION_REQUIRED,
                f"{name} need a SQL backend, and the file has none",
                context.text.offset(path),
            )
        elif name in written:
            yield from _unseen(context, name, old, context.text.offset(path))
            yield from as_sql(context, path, name, backend, name)
        else:
            missing.append(
                Field(name, (Field("table_name", name), Field("backend", backend)))
            )
            yield Put(path, {"table_name": name, "backend": backend})
    yield from _added(context, missing)


def _added(context: StepContext, fields: list[Field]) -> Iterator[Edit]:
    """The edits that write stores which the file leaves out, with the section where that is missing too."""
    storage = context.text.editable_node(STORES[:1])
    section = storage.entry(STORES[1]) if storage is not None else None
    if not fields or storage is None:
        return
    if section is None:
        yield insert_entry(context, storage, Field(STORES[1], tuple(fields)))
    elif is_empty(section[1]):
        yield filled(context, storage, section, tuple(fields))
    else:
        yield from (added(context, STORES, field) for field in fields)


def _has_default(context: StepContext) -> bool:
    """Whether the server's own default for a store that is left out will do."""
    return (
        not has_backends(context) or DEFAULT_BACKENDS[SQL] in context.written.backends
    )


def _unseen(
    context: StepContext, name: str, old: Any, offset: int
) -> Iterator[StepNote]:
    if not isinstance(old, Mapping):
        return
    if name == "connectors":
        yield StepNote(
            INFO,
            "connectors are kept in SQL now: those in the config are registered again",
            offset,
        )
        return
    yield StepNote(
        CHECK,
        about_rows(
            context, name, old, "read them through the API of the old server first"
        ),
        offset,
    )
