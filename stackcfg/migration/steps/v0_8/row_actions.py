"""0.7 → ogx 0.8: stored rows are changed and deleted by rules of the access policy
(0.8.0).

Before, responses and conversations were changed and deleted without a look at the
rules. Source: `update` and `delete` of `AuthorizedSqlStore` in 0.7.3 and ogx 0.8.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.access_rules import find_narrow_permits


def run(context: StepContext) -> Changes:
    """Report the first rule with which users cannot do so any more."""
    for path in find_narrow_permits(context, ("update", "delete")):
        message = (
            "to change or delete a response or conversation needs the action 'update' "
            "or 'delete'; until 0.7 no rule was asked; add them to the rule for users "
            "who may"
        )
        yield context.check(message, path)
        return
