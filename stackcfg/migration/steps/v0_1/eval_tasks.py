"""Within 0.1: evaluation tasks are called benchmarks (0.1.3).

The list and the ids of its entries have new names. A later server drops
the list silently and registers no benchmark. Source: the config models
of 0.1.2 and 0.1.3.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.moved_lists import rename_item_keys

OLD = "eval_tasks"
NEW = "benchmarks"
ITEM_KEYS = {
    "eval_task_id": "benchmark_id",
    "provider_eval_task_id": "provider_benchmark_id",
}


def run(context: StepContext) -> Changes:
    """Rename the list and the ids in it."""
    if OLD in context.data and NEW not in context.data:
        yield from rename_item_keys(context.text, (OLD,), ITEM_KEYS)
        yield from context.text.rename((OLD,), NEW)
