"""A resource that names no provider, where there is not exactly one.

Until 0.2.15 the only provider of an API gets the models, shields and others that
name no provider. If there are several, or none that is on, the server stops at its
start with "No provider specified and multiple providers available". Later releases
skip such a resource (see `unregistered-resource`). Source: `register_model` and the like in
`routing_tables`.

    providers:
      inference:
      - {provider_id: vllm, provider_type: remote::vllm}
      - {provider_id: embeddings, provider_type: inline::sentence-transformers}
    models:
    - {model_id: meta-llama/Llama-3.2-3B-Instruct}   # of which one?
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.paths import value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import DATASET_SOURCE_SINCE, DATASETS
from stackcfg.validation.queries.registered import (
    Providers,
    Resource,
    providers_of,
    registered_resources,
)
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.suggestions import choose_one
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

TOOL_GROUPS: Final = "tool_groups"
"""The list whose entries must name a provider."""

VECTOR_DBS: Final = "vector_dbs"
FIRST_TAKEN_SINCE: Final = (0, 1, 6)
"""Since then a vector database gets the first provider, with a warning."""


def check(inspection: Inspection) -> Findings:
    """Report each resource for which the release finds no provider."""
    if inspection.version >= DISABLED_PROVIDERS_SINCE:
        return
    for resource in registered_resources(inspection):
        if resource.kind == TOOL_GROUPS or _follows_source(resource.kind, inspection):
            continue
        takes_first = _takes_first(resource.kind, inspection)
        providers = providers_of(inspection, resource.api)
        failing = [
            _is_without(value_at(reading, resource.path), known, takes_first)
            for reading, known in zip(inspection.readings, providers, strict=True)
        ]
        if any(failing):
            known = providers[failing.index(True)]
            yield _describe(
                inspection,
                resource,
                known,
                failing,
            )


def _follows_source(kind: str, inspection: Inspection) -> bool:
    """Return whether the source of a dataset decides on its provider."""
    return kind == DATASETS and inspection.version >= DATASET_SOURCE_SINCE


def _takes_first(kind: str, inspection: Inspection) -> bool:
    """Return whether the first of several providers gets an entry of a list."""
    return kind == VECTOR_DBS and inspection.version >= FIRST_TAKEN_SINCE


def _is_without(
    entry: Any,
    known: Providers,
    takes_first: bool,
) -> bool:
    if not isinstance(entry, Mapping) or not known.is_complete:
        return False
    name = entry.get("provider_id")
    if name not in (None, ""):
        return False
    # an empty name is not null: the release takes the first provider
    if name == "" or takes_first:
        return not known.ids
    return len(known.ids) != 1


def _describe(
    inspection: Inspection,
    resource: Resource,
    providers: Providers,
    failing: list[bool],
) -> RuleFinding:
    ids = sorted(providers.ids)
    problem = "has several providers"
    advice = f"add 'provider_id'; {choose_one(ids)}"
    if not ids:
        problem = "has no provider"
        advice = f"add a provider under providers.{resource.api}, or remove the entry"
    return RuleFinding(
        key_of(*resource.path),
        f"an entry of '{resource.kind}' has no 'provider_id', and "
        f"{resource.api} {problem}{when_failing(failing)}; "
        f"{inspection.release} refuses to start",
        help=advice,
        severity=severity_of_readings(failing),
    )


RULE = Rule("ambiguous-provider", ERROR, __doc__, check)
