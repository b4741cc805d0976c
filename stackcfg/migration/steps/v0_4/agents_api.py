"""0.3 → 0.4: the agents API is gone (0.4.0).

The provider of agents answers for responses only. It opens the store of
agents, sessions and turns as before, and reads nothing of it.
Source: `inline/agents` of 0.3.5 and 0.4.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext


def run(context: StepContext) -> Changes:
    """Report what is not read any more."""
    message = (
        "the agents API was removed in 0.4.0: stored agents, sessions and turns are "
        "not read any more; clients use the responses API"
    )
    for path, _ in context.providers_of("agents", "inline::meta-reference"):
        yield context.check(message, path)
