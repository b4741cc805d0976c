"""0.3 → 0.4: no scoring function returns `agent_turn_input` (0.4.0, upstream #4055).

The models of 0.4.0 refuse a file that registers one. Source: the config models of the
released wheels.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import list_at, value_at
from stackcfg.releases.resources import RESOURCES_SECTION

FUNCTIONS = (RESOURCES_SECTION, "scoring_fns")
REMOVED = "agent_turn_input"


def run(context: StepContext) -> Changes:
    """Turn such a function into a comment."""
    reason = f"the return type '{REMOVED}' was removed in 0.4.0 and has no replacement"
    entries = [
        CommentedOut((*FUNCTIONS, index), reason)
        for index, each in enumerate(list_at(context.data, FUNCTIONS))
        if value_at(each, ("return_type", "type")) == REMOVED
    ]
    yield from comment_out(context, entries)
