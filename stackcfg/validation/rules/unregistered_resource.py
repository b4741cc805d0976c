"""A resource that the server passes over without a word.

One without `provider_id` is not registered, whichever providers there are (0.2.16): the server comes up, and the model
or shield is not there. Nor is a list whose API is left out of `apis`.

    registered_resources:
      models:
      - {model_id: gpt-4o}   # of which provider?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import HARMLESS
from stackcfg.validation.queries.registered import (
    providers_of,
    registered_lists_of,
    registered_resources,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

WITHOUT_PROVIDER: Final = ("datasets",)
"""Lists whose entries name no provider: their source tells."""


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each entry or list that has no effect."""
    release = format_release(inspection.version)
    for path, api, is_served in registered_lists_of(inspection):
        if not is_served:
            yield RuleFinding(
                key_of(*path),
                f"'{path[-1]}' are served by '{api}', which is not among the 'apis'; {release} does not register them",
                help=f"add '{api}' to 'apis', or take the list out",
            )
    refused = {
        each.path for each in inspection.model_errors if each.kind not in HARMLESS
    }
    for resource in registered_resources(inspection):
        field = (*resource.path, "provider_id")
        if (
            not resource.is_served
            or resource.path[-2] in WITHOUT_PROVIDER
            or inspection.version < DISABLED_PROVIDERS_SINCE
        ):
            continue
        if value_at(inspection.data, field) in (None, "") and field not in refused:
            ids = sorted(providers_of(inspection, resource.api)[-1].ids)
            yield RuleFinding(
                key_of(*resource.path),
                f"an entry of '{resource.path[-2]}' without 'provider_id': {release} does not register it",
                help=f"name its provider: {', '.join(ids)}"
                if ids
                else "name its provider",
            )


RULE: Final = Rule("unregistered-resource", WARNING, __doc__, check=check)
