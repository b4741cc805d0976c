"""A registered model that its provider does not allow (`allowed_models`).

`allowed_models`, in the config of a provider of inference, names the models that
the provider may serve (since 0.3.3). Without the key it may serve each of its
models; an empty list allows none. A model that is registered and not in the list
is of no use:

- With most types, releases until 0.5.4 stop at their start with "Model … is not
  available from provider", unless their registry has the model from before. With
  `remote::ollama` and `remote::vertexai` later releases stop, too.
- Otherwise the server starts and lists the model, and each request for it fails.

`remote::passthrough` does not read the key. The list has the names that the provider
uses (`provider_model_id`). Source: `openai_mixin.py` of 0.3.2, 0.3.3, 0.5.4 and
0.6.0.

    inference:
    - provider_id: openai
      provider_type: remote::openai
      config: {allowed_models: [gpt-4o]}
    models:
    - {model_id: mini, provider_id: openai, provider_model_id: gpt-4o-mini}   # not allowed
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Any
from stackcfg.paths import Data, as_mapping, value_at
from stackcfg.releases.changes import AUTO_MODELS_SINCE
from stackcfg.releases.resources import (
    ALLOWED_MODELS,
    AUTO,
    REFUSED,
    is_allowed_model,
    outside_allowed_models,
)
from stackcfg.releases.versions import Release
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.registered import (
    Resource,
    is_for_one_provider,
    registered_resources,
)
from stackcfg.validation.queries.served_models import (
    allowed_models,
    inference_providers,
)
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each registered model that its provider may not serve."""
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        refusing = [
            _find_refusing(inspection, each, resource) for each in inspection.readings
        ]
        first = next((each for each in refusing if each is not None), None)
        if first is not None:
            failing = [each is not None for each in refusing]
            yield _describe(inspection, resource, first, failing)


def _find_refusing(
    inspection: Inspection, reading: Any, resource: Resource
) -> Provider | None:
    """Return the provider that leaves a model out in one reading."""
    model = as_mapping(value_at(reading, resource.path))
    name = _name_of(model, inspection.version)
    provider = _provider_of(inspection, reading, model.get("provider_id"))
    if name is None or provider is None:
        return None
    allowed = allowed_models(inspection, reading, provider)
    if allowed is None or is_allowed_model(provider.kind, name, allowed):
        return None
    return provider


def _name_of(model: Data, version: Release) -> str | None:
    """Return the name by which one provider is asked for a model;
    None if none is.
    """
    if not is_for_one_provider(model, version):
        return None
    name = model.get("provider_model_id") or model.get("model_id")
    if name == AUTO and version >= AUTO_MODELS_SINCE:
        return None
    return name if isinstance(name, str) else None


def _provider_of(
    inspection: Inspection, reading: Any, provider_id: Any
) -> Provider | None:
    """Return the provider that serves a model; None if it is not exactly one."""
    found = [
        each
        for each in inference_providers(inspection, reading)
        if provider_id in (None, value_at(reading, (*each.path, "provider_id")))
    ]
    return found[0] if len(found) == 1 else None


def _describe(
    inspection: Inspection,
    resource: Resource,
    provider: Provider,
    failing: Sequence[bool],
) -> RuleFinding:
    reading = inspection.readings[failing.index(True)]
    model = as_mapping(value_at(reading, resource.path))
    key = "provider_model_id"
    if not model.get(key):
        key = "model_id"
    consequence = "lists the model, but requests for it fail"
    severity = WARNING
    if outside_allowed_models(provider.kind, inspection.version) == REFUSED:
        consequence = "refuses to start"
        severity = severity_of_readings(failing)
    allowed = (*provider.path, "config", ALLOWED_MODELS)
    return RuleFinding(
        value_of(*resource.path, key),
        f"provider '{provider.id}' does not allow the model '{model[key]}'"
        f"{when_failing(failing)}; {inspection.release} {consequence}",
        help=f"add '{model[key]}' to '{ALLOWED_MODELS}' of the provider, or remove "
        f"'{ALLOWED_MODELS}' to allow every model",
        also=((value_of(*allowed), "the allowed models are here"),),
        severity=severity,
    )


RULE = Rule("disallowed-model", ERROR, __doc__, check)
