"""0.4 → 0.5: connectors have a store of their own (0.5.0, upstream #4263).

It is `storage.stores.connectors`. Left out, it is on `kv_default`,
which a file with other backend names does not have.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.server_stores import write_beside_metadata


def run(context: StepContext) -> Changes:
    """Write the store where the file does not have it."""
    yield from write_beside_metadata(context, "connectors")
