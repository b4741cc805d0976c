"""ogx 0.8 → 1.0: `persistence.agent_state` was removed (upstream #5776).

The responses provider had it as the store of the agents API, which went with
0.7.0: since then the provider opened it and read nothing.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at

STORE = ("config", "persistence", "agent_state")


def run(context: StepContext) -> Changes:
    """Remove the store."""
    message = (
        "'agent_state' was removed; "
        "what the agents API stored there until 0.6.1 is not read any more"
    )
    for holder, provider in context.all_providers_of("responses", "inline::builtin"):
        path = (*holder, *STORE)
        if value_at(provider, STORE) is None or context.text.child_at(path) is None:
            continue
        yield context.info(message, path)
        yield from context.text.remove(path)
