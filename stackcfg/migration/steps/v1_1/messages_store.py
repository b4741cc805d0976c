"""ogx 1.0 → 1.1: the messages provider needs a KV store for its batches
(1.1.0).

Without it the server stops ("kvstore: Field required"). Source: the
config models of ogx 1.0.4 and 1.1.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_stores import write_missing_stores


def run(context: StepContext) -> Changes:
    """Give each messages provider a store beside the metadata."""
    yield from write_missing_stores(context, "messages", "inline::builtin")
