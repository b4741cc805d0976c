"""A resource that the server silently skips.

A resource without `provider_id` is not registered, whichever providers there
are (0.2.16): the server starts without the model or shield. A whole list is
skipped if its API is not in `apis`.

    registered_resources:
      models:
      - {model_id: gpt-4o}   # of which provider?
"""

from __future__ import annotations

from stackcfg.paths import value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import DATASETS
from stackcfg.validation.model_check import HARMLESS
from stackcfg.validation.queries.registered import (
    Resource,
    providers_of,
    registered_resources,
    resource_lists,
)
from stackcfg.validation.queries.served_apis import is_listed
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    for path, api in resource_lists(inspection):
        if not is_listed(inspection, api):
            yield RuleFinding(
                key_of(*path),
                f"'{path[-1]}' needs the API '{api}', which is not in 'apis'; "
                f"{inspection.release} does not register the list",
                help=f"add '{api}' to 'apis', or remove the list",
            )
    if inspection.version >= DISABLED_PROVIDERS_SINCE:
        yield from _check_entries(inspection)


def _check_entries(inspection: Inspection) -> Findings:
    errors = inspection.model_errors
    refused = {error.path for error in errors if error.kind not in HARMLESS}
    for resource in registered_resources(inspection):
        # the source of a dataset decides on its provider
        if resource.kind == DATASETS:
            continue
        field = (*resource.path, "provider_id")
        if value_at(inspection.data, field) in (None, "") and field not in refused:
            yield _describe(inspection, resource)


def _describe(inspection: Inspection, resource: Resource) -> RuleFinding:
    help_text = "add 'provider_id'"
    ids = sorted(providers_of(inspection, resource.api)[-1].ids)
    if len(ids) == 1:
        help_text = f"add 'provider_id: {ids[0]}'"
    elif ids:
        help_text = f"add 'provider_id': one of {', '.join(ids)}"
    return RuleFinding(
        key_of(*resource.path),
        f"an entry of '{resource.kind}' has no 'provider_id'; "
        f"{inspection.release} does not register it",
        help=help_text,
    )


RULE = Rule("unregistered-resource", WARNING, __doc__, check)
