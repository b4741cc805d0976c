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
    StepNote,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import (
    backend_for,
    describe_rows,
    has_backends,
    write_sql_reference,
)
from stackcfg.paths import value_at
from stackcfg.releases.stores import DEFAULT_BACKENDS, SQL
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
            yield from write_sql_reference(context, path, name, backend, name)
        else:
            missing.append(
                Field(name, (Field("table_name", name), Field("backend", backend)))
            )
    if missing:
        yield from context.text.merge(STORES, missing)


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
        describe_rows(
            context, name, old, "read them through the API of the old server first"
        ),
        offset,
    )
