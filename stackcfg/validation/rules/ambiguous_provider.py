"""A resource that does not say which of several providers has it.

Until 0.2.15 the only provider of an API gets the models, shields and others that
name no provider. If there are several, the server stops at its start with "No
provider specified and multiple providers available". Later releases skip such a
resource (see `unregistered-resource`). Source: `register_model` and the like in
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
from typing import Any, Final

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

VECTOR_DBS: Final = "vector_dbs"
FIRST_TAKEN_SINCE: Final = (0, 1, 6)
"""Since then a vector database gets the first provider, with a warning."""


def check(inspection: Inspection) -> Findings:
    """Report each resource for which the release finds several providers."""
    if inspection.version >= DISABLED_PROVIDERS_SINCE:
        return
    for resource in registered_resources(inspection):
        if not _needs_only_one(resource.kind, inspection):
            continue
        providers = providers_of(inspection, resource.api)
        failing = [
            _is_ambiguous(value_at(reading, resource.path), known)
            for reading, known in zip(inspection.readings, providers, strict=True)
        ]
        if any(failing):
            yield _describe(inspection, resource, providers[-1], failing)


def _needs_only_one(kind: str, inspection: Inspection) -> bool:
    """Return whether entries of a list get the provider of their API, if it is
    the only one.
    """
    if kind == DATASETS:
        return inspection.version < DATASET_SOURCE_SINCE
    return kind != VECTOR_DBS or inspection.version < FIRST_TAKEN_SINCE


def _is_ambiguous(entry: Any, known: Providers) -> bool:
    if not isinstance(entry, Mapping) or len(known.ids) < 2:
        return False
    # an empty name is not null: the release takes the first provider
    return entry.get("provider_id") is None


def _describe(
    inspection: Inspection,
    resource: Resource,
    providers: Providers,
    failing: list[bool],
) -> RuleFinding:
    ids = sorted(providers.ids)
    return RuleFinding(
        key_of(*resource.path),
        f"an entry of '{resource.kind}' has no 'provider_id', and "
        f"{resource.api} has several providers{when_failing(failing)}; "
        f"{inspection.release} refuses to start",
        help=f"add 'provider_id'; {choose_one(ids)}",
        severity=severity_of_readings(failing),
    )


RULE = Rule("ambiguous-provider", ERROR, __doc__, check)
