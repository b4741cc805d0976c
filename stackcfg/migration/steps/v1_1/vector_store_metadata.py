"""ogx 1.0 → 1.1: with an access policy, vector stores need a store in SQL (1.1.0).

Without it a provider of vector stores stops the server ("metadata_store
is required when access control policies are configured"). It keeps who
owns a vector store. The server fills it from the KV store of the
provider at its first start, and those vector stores have no owner. Its
rows are resources of their own, which rules must permit to be changed.
Source: `initialize_openai_vector_stores` and `_migrate_kvstore_to_sql`
of ogx 1.0.4, 1.1.0 and 1.5.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.access_rules import may_update_records
from stackcfg.migration.editing.sql_references import backend_for
from stackcfg.releases.stores import SQL
from stackcfg.runconfig.sections import ACCESS_POLICY
from stackcfg.stores.vector_metadata import (
    SERVER_STORE,
    VECTOR_STORES,
    demand_for_store,
)

RECORDS = ("sql_record::vector_stores", "sql_record::vector_store_files")
"""What rules call the rows of this store."""


def run(context: StepContext) -> Changes:
    """Give the server this store, which all its providers share."""
    fields = context.store_fields
    if not demand_for_store(context.data, fields, context.version):
        return
    backend = backend_for(context, SQL)
    if backend is None:
        message = (
            f"with 'access_policy' the store '{VECTOR_STORES}' is needed, but the file defines "
            "no SQL backend; add one"
        )
        yield context.action_required(message, ACCESS_POLICY)
        return
    yield from context.text.add(
        SERVER_STORE, {"table_name": VECTOR_STORES, "backend": backend}
    )
    message = (
        f"with 'access_policy' the server stops without the store '{VECTOR_STORES}', which is "
        "written; vector stores of the old server have no owner in it"
    )
    yield context.check(message, ACCESS_POLICY)
    if not may_update_records(context, RECORDS):
        message = (
            "who makes a vector store or adds files to it needs the actions 'read' and "
            f"'update' on '{RECORDS[0]}::*' and '{RECORDS[1]}::*', which no rule permits; "
            "add one"
        )
        yield context.check(message, ACCESS_POLICY)
