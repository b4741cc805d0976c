"""ogx 1.1 → 1.2: `inline::transformers` is called
`inline::sentence-transformers`.

The inference provider keeps its id, so a reference to its rerank model
still leads there. It had no settings. Source: the provider registries
and starter configs of ogx 1.1.3 and 1.2.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

OLD = "inline::transformers"
NEW = "inline::sentence-transformers"


def run(context: StepContext) -> Changes:
    """Write the successor's name."""
    for path, _ in context.all_providers_of("inference", OLD):
        type_path = (*path, "provider_type")
        yield context.info(f"'{OLD}' is called '{NEW}' now", type_path)
        yield from context.text.set(type_path, NEW)
