"""0.7 → ogx 0.8: the default table of a Postgres KV backend and the
default collection of a MongoDB KV backend are `ogx_kvstore` (0.8.0,
upstream #5613).

They were `llamastack_kvstore`. The old name is written out, so that the
server finds the stored rows.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.unnamed_databases import table_of, write_old_names


def run(context: StepContext) -> Changes:
    """Write the table or the collection that each KV backend had by default."""
    yield from write_old_names(context, table_of)
