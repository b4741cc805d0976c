"""A resource that the server silently skips.

A resource without `provider_id` is not registered, whichever providers there
are (0.2.16): the server starts without the model or shield. So it is with an
entry whose own id is empty or null (0.4.1). A whole list is skipped if its API
is not in `apis`. `provider_id: all` is for models only (0.8.0): other lists
skip an entry with it.

    registered_resources:
      models:
      - {model_id: gpt-4o}   # of which provider?
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import Path, as_mapping, mapping_at, value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import DATASETS
from stackcfg.validation.model_check import HARMLESS
from stackcfg.validation.queries.registered import (
    Resource,
    is_of_every_provider,
    providers_of,
    registered_resources,
    resources_without_id,
)
from stackcfg.validation.queries.served_apis import is_listed
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

MODELS: Final = "models"


def check(inspection: Inspection) -> Findings:
    for path, api in inspection.lists_to_register:
        if not is_listed(inspection, api):
            yield RuleFinding(
                key_of(*path),
                f"'{path[-1]}' needs the API '{api}', which is not in 'apis'; "
                f"{inspection.release} does not register the list",
                help=f"add '{api}' to 'apis', or remove the list",
            )
    if inspection.version >= DISABLED_PROVIDERS_SINCE:
        yield from _check_entries(inspection)
    for path in resources_without_id(inspection):
        yield RuleFinding(
            value_of(*path),
            f"an entry of '{path[-3]}' has an empty '{path[-1]}'; "
            f"{inspection.release} does not register it",
            help="write its id, or remove the entry",
        )


def _check_entries(inspection: Inspection) -> Findings:
    for resource in registered_resources(inspection):
        # the source of a dataset decides on its provider
        if resource.kind == DATASETS:
            continue
        entry = as_mapping(value_at(inspection.data, resource.path))
        if is_of_every_provider(entry, inspection.version):
            if resource.kind != MODELS:
                yield _describe_every(inspection, resource)
        elif entry.get("provider_id") in (None, "") and not _is_refused(
            inspection, (*resource.path, "provider_id")
        ):
            yield _describe(inspection, resource)


def _is_refused(inspection: Inspection, field: Path) -> bool:
    """Return whether the models of the release refuse a field of a resource."""
    errors = inspection.errors_in_section(str(field[0]))
    return any(each.path == field and each.kind not in HARMLESS for each in errors)


def _describe_every(inspection: Inspection, resource: Resource) -> RuleFinding:
    return RuleFinding(
        value_of(*resource.path, "provider_id"),
        f"'all' is a provider of models only; {inspection.release} does not "
        f"register {_name(inspection, resource)}",
        help=_advise(inspection, resource, "write"),
    )


def _advise(
    inspection: Inspection,
    resource: Resource,
    verb: str,
) -> str:
    ids = sorted(providers_of(inspection, resource.api)[-1].ids)
    if len(ids) == 1:
        return f"{verb} 'provider_id: {ids[0]}'"
    if ids:
        return f"{verb} 'provider_id': one of {', '.join(ids)}"
    return f"{verb} 'provider_id'"


def _describe(inspection: Inspection, resource: Resource) -> RuleFinding:
    return RuleFinding(
        key_of(*resource.path),
        f"{_name(inspection, resource)} has no 'provider_id'; "
        f"{inspection.release} does not register it",
        help=_advise(inspection, resource, "add"),
    )


def _name(inspection: Inspection, resource: Resource) -> str:
    """Return how a message names an entry: by its id, if it has one."""
    for key, value in mapping_at(inspection.data, resource.path).items():
        is_id = str(key).endswith("_id") and key != "provider_id"
        if is_id and isinstance(value, str):
            return f"'{value}' of '{resource.kind}'"
    return f"an entry of '{resource.kind}'"


RULE = Rule("unregistered-resource", WARNING, __doc__, check)
