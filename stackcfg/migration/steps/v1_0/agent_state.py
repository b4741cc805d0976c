"""ogx 0.8 → 1.0: `persistence.agent_state` was removed (upstream #5776).

The provider had it as the store of the agents API, which went with
0.4.0: since then the provider opened it and read nothing.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at

STORE = ("config", "persistence", "agent_state")


def run(context: StepContext) -> Changes:
    """Remove the store."""
    message = "'agent_state' was removed; nothing reads it since 0.4.0"
    for holder, provider in context.all_providers_of("responses", "inline::builtin"):
        path = (*holder, *STORE)
        if value_at(provider, STORE) is None or context.text.child_at(path) is None:
            continue
        yield context.info(message, path)
        yield from context.text.remove(path)
