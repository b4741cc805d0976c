"""Reports what 0.3 no longer has: provider types and APIs that were removed.

Sources: the provider registries and the Api enums of the released wheels, as
recorded in the facts. Nothing is edited: which provider is to take over is the
user's decision.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at
from stackcfg.releases.providers import (
    is_api_known,
    is_provider_known,
    provider_spans,
)
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string


def run(context: StepContext) -> Changes:
    """Yield a note for each provider type and API that the target refuses."""
    target = context.release.target
    for api, index, provider in provider_entries(context.data):
        if api == "telemetry" or is_disabled(provider):
            continue
        kind = as_string(provider.get("provider_type"))
        if is_provider_known(api, kind, target.last) is False:
            last = provider_spans(api, kind)[-1][1]
            state = f"is not in {target.name}"
            if last < target.last:
                state = f"was removed after {format_release(last)}"
            message = f"provider '{kind}' of {api} {state}; choose another one"
            path = ("providers", api, index, "provider_type")
            yield context.action_required(message, path)
    for index, api in enumerate(list_at(context.data, ("apis",))):
        if api in ("telemetry", "vector_dbs") or not isinstance(api, str):
            continue
        if is_api_known(api, target.last) is False:
            message = f"{target.name} has no API '{api}'; remove it from 'apis'"
            yield context.action_required(message, ("apis", index))
