"""0.2 → 0.3: the API `vector_dbs` is called `vector_stores` (upstream #3864).

A server whose `apis` have the old name fails at start.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import rename_in_apis


def run(context: StepContext) -> Changes:
    """Rename the entry of `apis`."""
    yield from rename_in_apis(context, {"vector_dbs": "vector_stores"})
