"""A model called `auto` of a provider that has no model of its type.

From 0.8.0 the server takes the first model of the right type that the provider
lists, if the name of a registered model at its provider is `auto`. It stops at its
start with "No … models found in provider" if there is none. What a service lists is
not known here; some providers always list the same models. Source:
`_resolve_auto_model`.

    models:
    - {model_id: fast, provider_id: sentence-transformers, provider_model_id: auto}
    # sentence-transformers lists no model of the type llm
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import as_mapping, value_at
from stackcfg.releases.changes import AUTO_MODELS_SINCE
from stackcfg.releases.resources import AUTO, model_type_of
from stackcfg.validation.queries.registered import (
    is_for_one_provider,
    registered_resources,
)
from stackcfg.validation.queries.served_models import (
    inference_providers,
    listed_names,
)
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each model for which the provider certainly lists none."""
    if inspection.version < AUTO_MODELS_SINCE:
        return
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        failing = [
            _is_unresolvable(inspection, reading, value_at(reading, resource.path))
            for reading in inspection.readings
        ]
        if any(failing):
            model = value_at(inspection.readings[failing.index(True)], resource.path)
            yield RuleFinding(
                value_of(*resource.path, "provider_model_id"),
                f"'{model['provider_id']}' lists no model of the type "
                f"'{model_type_of(model)}'{when_failing(failing)}; "
                f"{inspection.release} refuses to start",
                help="write the name that the provider has for the model",
                severity=severity_of_readings(failing),
            )


def _is_unresolvable(
    inspection: Inspection,
    reading: Any,
    model: Any,
) -> bool:
    if not _asks_for_any(as_mapping(model), inspection):
        return False
    for provider in inference_providers(inspection, reading):
        if provider.id == model["provider_id"]:
            model_type = str(model_type_of(model))
            names = listed_names(inspection, reading, provider, model_type)
            return names is not None and not names
    return False


def _asks_for_any(model: Mapping[str, Any], inspection: Inspection) -> bool:
    """Return whether the server looks for a model, and stops if there is none."""
    if not is_for_one_provider(model, inspection.version):
        return False
    return (model.get("provider_model_id") or model.get("model_id")) == AUTO


RULE = Rule("auto-model", ERROR, __doc__, check)
