"""0.3 → 0.4: prompts have a store, `storage.stores.prompts` (0.4.0, upstream
#3893).

0.3 keeps them on the registry's backend, under the namespace `prompts`,
where they stay. Left out, the store is on `kv_default`, which a file
with other backend names does not have.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.server_stores import write_beside_metadata


def run(context: StepContext) -> Changes:
    """Write the store where the file does not have it."""
    yield from write_beside_metadata(context, "prompts")
