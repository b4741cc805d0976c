"""0.7 → ogx 0.8: stored rows are changed and deleted by rules of the
access policy (0.8.0).

Before, responses and conversations were changed and deleted without a
look at the rules. Since 1.0.0 a row that is written again is changed,
too: without the action `update` a server says nothing to the user and
stores no response and no chat completion. Source: `update` and `delete`
of `AuthorizedSqlStore` in 0.7.3 and ogx 0.8.0, `upsert` of 1.0.4.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.access_rules import find_narrow_permits

WRITTEN_AGAIN_SINCE = (1, 0, 0)


def run(context: StepContext) -> Changes:
    """Report the first rule with which users cannot do so any more."""
    change = (
        "users need the action 'update' to change a response or conversation now, and "
        "'delete' to delete one"
    )
    if context.release.final >= WRITTEN_AGAIN_SINCE:
        change = (
            "no response or chat completion is stored for users without the action "
            "'update' now, and without 'delete' they delete none"
        )
    advice = "until 0.7 no rule was asked; add them to the rule for users who may"
    for path in find_narrow_permits(context, ("update", "delete")):
        yield context.check(f"{change}; {advice}", path)
        return
