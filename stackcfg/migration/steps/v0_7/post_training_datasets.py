"""0.6 → 0.7: the dataset purpose `post-training/messages` was removed (0.7.0,
#5104).

The models of 0.7 refuse a file that registers such a dataset.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_items
from stackcfg.releases.resources import RESOURCES_SECTION

DATASETS = (RESOURCES_SECTION, "datasets")
REMOVED = "post-training/messages"


def run(context: StepContext) -> Changes:
    """Comment out each dataset with this purpose."""
    reason = f"the dataset purpose '{REMOVED}' was removed in 0.7"
    yield from comment_out_items(context, DATASETS, ("purpose",), REMOVED, reason)
