"""ogx 0.8 → 1.0: the batches provider keeps its jobs in SQL: `kvstore` becomes `sqlstore` (upstream #5757).

1.0.0 refuses the old form ("sqlstore: Field required"). Jobs are copied by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import about_rows, as_sql, backend_for
from stackcfg.paths import value_at
from stackcfg.releases.stores import SQL
from stackcfg.runconfig.providers import provider_entries

API: Final = "batches"
KIND: Final = "inline::reference"
TABLE: Final = "batches"


def run(context: StepContext) -> Iterator[Change]:
    """Give each batches provider a place in SQL."""
    for api, index, provider in provider_entries(context.data):
        old = value_at(provider, ("config", "kvstore"))
        if (
            api != API
            or provider.get("provider_type") != KIND
            or not isinstance(old, Mapping)
        ):
            continue
        path = ("providers", api, index, "config", "kvstore")
        backend = backend_for(context, SQL)
        if "sqlstore" in provider["config"]:
            continue
        if backend is None:
            yield StepNote(
                ACTION_REQUIRED,
                "batches need a SQL backend, and the file has none",
                context.text.offset(path),
            )
            continue
        message = about_rows(context, "batches", old, "let them finish first")
        yield StepNote(CHECK, message, context.text.offset(path))
        yield from as_sql(context, path, "sqlstore", backend, TABLE)
