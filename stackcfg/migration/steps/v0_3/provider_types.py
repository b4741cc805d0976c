"""Names what the target release no longer has: provider types and APIs that were removed on the way.

Sources: the provider registries and the Api enums of the released wheels, as recorded in the catalog. Nothing is
edited here: which provider is to take over is a person's decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import ACTION_REQUIRED, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.releases.providers import (
    is_api_known,
    is_provider_known,
    last_release_with,
)
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string


def run(context: StepContext) -> Iterator[Change]:
    """A note for each provider type and API that the target release will not take."""
    for api, index, provider in provider_entries(context.data):
        if api == "telemetry" or is_disabled(provider):
            continue
        kind = as_string(provider.get("provider_type"))
        if is_provider_known(api, kind, context.release.target.last) is False:
            where = context.text.offset(("providers", api, index, "provider_type"))
            last = last_release_with(api, kind)
            yield StepNote(
                ACTION_REQUIRED,
                f"provider type '{kind}' of {api} is not in {context.release.target.name} (last in {last})",
                where,
            )
    apis = value_at(context.data, ("apis",))
    for index, api in enumerate(apis if isinstance(apis, list) else ()):
        if api in ("telemetry", "vector_dbs"):
            continue
        if (
            isinstance(api, str)
            and is_api_known(api, context.release.target.last) is False
        ):
            yield StepNote(
                ACTION_REQUIRED,
                f"api '{api}' is not in {context.release.target.name}",
                context.text.offset(("apis", index)),
            )
