"""0.6 → 0.7: the dataset purpose `post-training/messages` was removed (0.7.0, #5104).

The models of 0.7 refuse a file that registers such a dataset.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import list_at, value_at
from stackcfg.releases.resources import RESOURCES_SECTION

LIST = (RESOURCES_SECTION, "datasets")
REMOVED = "post-training/messages"


def run(context: StepContext) -> Changes:
    """Comment out each dataset with this purpose."""
    reason = f"the dataset purpose '{REMOVED}' was removed in 0.7"
    entries = []
    for index, dataset in enumerate(list_at(context.data, LIST)):
        if value_at(dataset, ("purpose",)) == REMOVED:
            entries.append(CommentedOut((*LIST, index), reason))
    yield from comment_out(context, entries)
