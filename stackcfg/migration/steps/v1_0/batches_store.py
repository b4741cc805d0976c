"""ogx 0.8 → 1.0: batches are stored in SQL (upstream #5757).

`kvstore` becomes `sqlstore`. 1.0.0 refuses the old form ("sqlstore:
Field required"). No server copies the jobs.
"""

from collections.abc import Mapping

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import (
    BATCHES,
    backend_for,
    describe_rows,
    write_sql_reference,
)
from stackcfg.paths import value_at
from stackcfg.releases.stores import SQL

TABLE = "batches"


def run(context: StepContext) -> Changes:
    """Give each batches provider a place in SQL."""
    backend = backend_for(context, SQL)
    for holder, provider in context.all_providers_of(*BATCHES):
        old = value_at(provider, ("config", "kvstore"))
        if not isinstance(old, Mapping) or "sqlstore" in provider["config"]:
            continue
        path = (*holder, "config", "kvstore")
        if backend is None:
            message = "batches need a SQL backend, but the file defines none; add one"
            yield context.action_required(message, path)
            continue
        yield context.check(describe_rows("batches", old), path)
        yield from write_sql_reference(context, path, "sqlstore", backend, TABLE)
