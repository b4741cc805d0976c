"""0.3 → 0.4: no scoring function returns `agent_turn_input` (0.4.0, upstream
#4055).

The models of 0.4.0 refuse a file that registers one. Source: the config
models of the released wheels.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_items
from stackcfg.releases.resources import RESOURCES_SECTION

FUNCTIONS = (RESOURCES_SECTION, "scoring_fns")
TYPE = ("return_type", "type")
REMOVED = "agent_turn_input"


def run(context: StepContext) -> Changes:
    """Turn such a function into a comment."""
    reason = f"the return type '{REMOVED}' was removed in 0.4.0 and has no replacement"
    yield from comment_out_items(context, FUNCTIONS, TYPE, REMOVED, reason)
