"""ogx 0.8 → 1.0: the server reads its default databases in another way (upstream
#5731, #5756, #5757).

This concerns files without `storage.backends`. The folder and the files
stay the same, but the keys of sqlite begin with the namespace of their
store, and prompts and connectors are rows of SQL.
Source: `StorageConfig` and `ServerStoresConfig` of 0.8.0 and 1.0.4.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.sections import BACKENDS_PATH


def run(context: StepContext) -> Changes:
    """Report the rows that are not read where the file has no backends."""
    if mapping_at(context.data, BACKENDS_PATH):
        return
    message = (
        "without 'storage' the rows are in the server's default databases, which are "
        "read in another way now: sqlite keys begin with the namespace, and prompts "
        "are in SQL; 'stackcfg data copy' copies the rows"
    )
    yield context.check(message, BACKENDS_PATH)
