"""0.6 → 0.7: the API `agents` is called `responses` (0.7.0, upstream #5195).

Its provider is called `inline::builtin` (#5131). The config of the provider
stays. A server whose config still has `agents` fails at start.
"""

from __future__ import annotations

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import (
    rename_in_apis,
    rename_provider_types,
)
from stackcfg.paths import list_at, mapping_at
from stackcfg.releases.providers import resolve_api_name

BEFORE = (0, 6, 1)
OLD = "agents"
NEW = "responses"


def run(context: StepContext) -> Changes:
    """Rename the API in both places, and the type of its provider."""
    apis = list_at(context.data, ("apis",))
    yield from rename_in_apis(context, {api: NEW for api in apis if _is_old(api)})
    section = mapping_at(context.data, ("providers",))
    names = [name for name in section if _is_old(name)]
    # of two lists for one API the step `removals` reports what does not fit
    if len(names) != 1 or NEW in section:
        return
    providers = context.all_providers_of(names[0])
    yield from rename_provider_types(context, providers, NEW)
    yield from context.text.rename(("providers", names[0]), NEW)


def _is_old(name: Any) -> bool:
    return isinstance(name, str) and resolve_api_name(name, BEFORE) == OLD
