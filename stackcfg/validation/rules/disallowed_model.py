"""A registered model that `allowed_models` of its provider leaves out.

Since 0.3.3 providers of inference list only the models of `allowed_models`, and
answer requests for no other; an empty list allows none. Until 0.5.4 the server
registers only models that the provider lists, so it stops at its start with
"Model … is not available from provider", unless its registry has the model from
before. `remote::ollama` and `remote::vertexai` do so in later releases, too; with
other types the model is there, and its requests fail. `remote::passthrough` does
not read the list. Source: `openai_mixin.py` of 0.3.2, 0.3.3, 0.5.4 and 0.6.0.

    inference:
    - provider_id: openai
      provider_type: remote::openai
      config: {allowed_models: [gpt-4o]}
    models:
    - {model_id: mini, provider_id: openai, provider_model_id: gpt-4o-mini}   # left out
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
from stackcfg.runconfig.providers import is_disabled
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.registered import (
    Resource,
    is_of_every_provider,
    is_removed,
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
    is_skipped = is_removed(model, version) or is_disabled(model)
    if is_skipped or is_of_every_provider(model, version):
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
    consequence = "fails to answer requests for it"
    severity = WARNING
    if outside_allowed_models(provider.kind, inspection.version) == REFUSED:
        consequence = "refuses to start"
        severity = severity_of_readings(failing)
    allowed = (*provider.path, "config", ALLOWED_MODELS)
    return RuleFinding(
        value_of(*resource.path, key),
        f"'{model[key]}' is not in '{ALLOWED_MODELS}' of '{provider.id}'"
        f"{when_failing(failing)}; {inspection.release} {consequence}",
        help=f"add it to '{ALLOWED_MODELS}', or remove that key to allow every model",
        also=((value_of(*allowed), "the allowed models are here"),),
        severity=severity,
    )


RULE = Rule("disallowed-model", ERROR, __doc__, check)
