"""ogx 0.8 → 1.0: `persistence.agent_state` was removed (upstream #5776).

The responses provider had it as the store of the agents API, which went with 0.7.0:
since then the provider opened it and read nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.runconfig.providers import provider_entries

KEY: Final = "agent_state"


def run(context: StepContext) -> Iterator[Change]:
    """Remove the store."""
    for api, index, provider in provider_entries(context.data):
        if api != "responses" or provider.get("provider_type") != "inline::builtin":
            continue
        path = ("providers", api, index, "config", "persistence", KEY)
        if value_at(context.data, path) is None or context.text.child_at(path) is None:
            continue
        message = (
            f"'{KEY}' was removed; "
            "what the agents API stored there until 0.6.1 is not read any more"
        )
        yield context.info(message, path)
        yield from context.text.remove(path)
