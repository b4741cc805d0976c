"""ogx 0.8 → 1.0: prompts and connectors are stored in SQL (upstream #5756,
#5757).

The loader rewrites an old reference by the names of its backends,
`kv_x` to `sql_x`, and refuses the config where no backend has that
name. Here both stores get the SQL backend of the conversations. No
server copies rows. A store that is left out is on `sql_default`, so it
is written where the file has no backend of that name.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import (
    backend_for,
    describe_rows,
    has_backends,
    write_sql_reference,
)
from stackcfg.paths import mapping_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS, SQL
from stackcfg.releases.versions import Release
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.yamltext.emit import Field

NAMES = ("prompts", "connectors")
"""The stores, and their tables too: a reference's `table_name` is not read."""


def run(context: StepContext) -> Changes:
    """Give both stores a reference to a SQL backend."""
    stores = mapping_at(context.data, STORES_PATH)
    backend = backend_for(context, SQL)
    missing: list[Field] = []
    for name in NAMES:
        path = (*STORES_PATH, name)
        old = stores.get(name)
        if isinstance(old, Mapping) and "table_name" in old:
            continue
        if name not in stores and _has_default(context):
            continue
        if backend is None:
            message = (
                f"'{name}' needs a SQL backend, but the file defines none; add one"
            )
            yield context.action_required(message, path)
        elif name in stores:
            yield from _notes_on_rows(context, name, old)
            yield from write_sql_reference(context, path, name, backend, name)
        else:
            fields = (Field("table_name", name), Field("backend", backend))
            missing.append(Field(name, fields))
    if missing:
        yield from context.text.merge(STORES_PATH, missing)


def _has_default(context: StepContext) -> bool:
    """Return whether the server's own default exists for a store that
    is left out.
    """
    if not has_backends(context):
        return True
    return DEFAULT_BACKENDS[SQL] in context.written.backends


def _kept_since(context: StepContext, name: str) -> Release:
    """Return the first release whose rows are in the backend of a reference."""
    if name == "prompts":
        # 0.2 keeps prompts in a file of their own, which the table of stores lists
        return CATALOG_SINCE
    fields = context.store_fields.fields
    return min(field.since for field in fields if field.use == name)


def _notes_on_rows(context: StepContext, name: str, old: Any) -> Notes:
    path = (*STORES_PATH, name)
    age = context.release.age
    if not isinstance(old, Mapping) or age.certainly_before(_kept_since(context, name)):
        return
    if name == "connectors":
        message = (
            "connectors are kept in SQL now; "
            "the server registers those of the config again"
        )
        yield context.info(message, path)
    else:
        yield context.check(describe_rows(name, old), path)
