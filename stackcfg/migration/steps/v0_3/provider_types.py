"""Names what the target release no longer has: provider types and APIs that were removed on the way.

Sources: the provider registries and the Api enums of the released wheels, as recorded in the catalog. Nothing is
edited here: which provider is to take over is a person's decision.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import PARTIAL, Change, Note
from stackcfg.migration.context import Context
from stackcfg.paths import at
from stackcfg.releases.models import api_known, last_release_with, provider_known
from stackcfg.runconfig.providers import is_off, providers
from stackcfg.runconfig.values import text_of


def run(context: Context) -> Iterator[Change]:
    """A note for each provider type and API that the target release will not take."""
    for api, index, provider in providers(context.data):
        if api == "telemetry" or is_off(provider):
            continue
        kind = text_of(provider.get("provider_type"))
        if provider_known(api, kind, context.target.last) is False:
            where = context.offset(("providers", api, index, "provider_type"))
            last = last_release_with(api, kind)
            yield Note(
                PARTIAL, f"provider type '{kind}' of {api} is not in {context.target.name} (last in {last})", where
            )
    apis = at(context.data, ("apis",))
    for index, api in enumerate(apis if isinstance(apis, list) else ()):
        if api in ("telemetry", "vector_dbs"):
            continue
        if isinstance(api, str) and api_known(api, context.target.last) is False:
            yield Note(PARTIAL, f"api '{api}' is not in {context.target.name}", context.offset(("apis", index)))
