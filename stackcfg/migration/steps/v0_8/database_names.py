"""0.7 → ogx 0.8: the default database of Postgres and MongoDB is `ogx`
(0.8.0, upstream #5613).

It was `llamastack`. The old name is written out, so that the server
finds the stored rows.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.unnamed_databases import database_of, write_old_names


def run(context: StepContext) -> Changes:
    """Write the database that each backend had by default."""
    yield from write_old_names(context, database_of)
