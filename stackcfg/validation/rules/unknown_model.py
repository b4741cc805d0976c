"""A default model of `vector_stores` that is not registered.

At the end of its start-up the server looks for the models that `vector_stores`
names, and stops with "Embedding model '…' not found" (from 0.3.0). It knows the
models of `registered_resources.models` by their provider and their
`provider_model_id` (from 0.8.0 by their `model_id`), and the models that the
providers list. What a remote provider lists is known to its server only;
sentence-transformers always lists the same models.

    providers:
      inference:
      - {provider_id: local, provider_type: inline::sentence-transformers}
    registered_resources:
      models:
      - model_id: mini
        provider_id: local
        provider_model_id: sentence-transformers/all-MiniLM-L6-v2
        model_type: embedding
        metadata: {embedding_dimension: 384}
    vector_stores:
      default_embedding_model: {provider_id: local, model_id: mini}   # its name from 0.8 on
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.resources import (
    DEFAULT_MODELS,
    MODELS,
    listed_models,
    model_type_of,
    served_model_id,
)
from stackcfg.spelling import nearest_word
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.registered import default_models, registered_resources
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.suggestions import did_you_mean, fix_literal
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each default model that its provider does not have."""
    readings = inspection.readings
    for model in default_models(inspection):
        known = [_served_models(inspection, each, model.path) for each in readings]
        names = inspection.values_at((*model.path, "model_id"))
        failing = [
            ids is not None and isinstance(name, str) and name not in ids
            for name, ids in zip(names, known, strict=True)
        ]
        if any(failing):
            ids = sorted(known[failing.index(True)] or ())
            yield _describe(inspection, model.path, failing, ids)


def _describe(
    inspection: Inspection, path: Path, failing: Sequence[bool], ids: Sequence[str]
) -> RuleFinding:
    place = value_of(*path, "model_id")
    reading = inspection.readings[failing.index(True)]
    name = str(value_at(reading, place.path))
    served_name = _served_name(inspection, reading, path, name)
    meant = served_name or nearest_word(name, ids)
    advice = "register it in registered_resources.models"
    if ids:
        advice += f", or use one of: {', '.join(ids)}"
    help_text = did_you_mean(meant, advice)
    if served_name:
        help_text = f"the server calls it '{served_name}'"
    return RuleFinding(
        place,
        f"'{name}' is not a registered {DEFAULT_MODELS[path]} model of this "
        "provider"
        f"{when_failing(failing)}; "
        f"{inspection.release} refuses to start",
        help=help_text,
        fix=fix_literal(inspection, place.path, name, meant),
        severity=severity_of_readings(failing),
    )


def _served_models(inspection: Inspection, reading: Any, path: Path) -> set[str] | None:
    """Return the models of a default's provider; None if unknown."""
    provider = _provider_of(inspection, reading, path)
    if provider is None or provider.outside:
        return None
    model_type = DEFAULT_MODELS[path]
    listed = listed_models(provider.kind, model_type, inspection.version)
    if listed is None:
        return None
    names = set(listed)
    for model in _registered_models(inspection, reading, path):
        name = served_model_id(model, inspection.version)
        if not isinstance(name, str):
            return None
        names.add(name)
    return names


def _provider_of(inspection: Inspection, reading: Any, path: Path) -> Provider | None:
    """Return the provider that a default model names; None if it is not exactly
    one.
    """
    provider_id = value_at(reading, (*path, "provider_id"))
    if not isinstance(provider_id, str):
        return None
    found = []
    for provider in inspection.providers:
        seen = value_at(reading, (*provider.path, "provider_id"))
        if provider.api == "inference" and seen == provider_id:
            found.append(provider)
    return found[0] if len(found) == 1 else None


def _served_name(inspection: Inspection, reading: Any, path: Path, name: str) -> str:
    """Return the served name of a registered model whose other name is `name`."""
    for model in _registered_models(inspection, reading, path):
        if name in (model.get("model_id"), model.get("provider_model_id")):
            return str(served_model_id(model, inspection.version))
    return ""


def _registered_models(
    inspection: Inspection, reading: Any, path: Path
) -> Iterator[Mapping[str, Any]]:
    """Yield the registered models of the provider and the type of a default
    model.
    """
    provider_id = value_at(reading, (*path, "provider_id"))
    for resource in registered_resources(inspection):
        if resource.path[:-1] == MODELS:
            model = as_mapping(value_at(reading, resource.path))
            is_of_type = model_type_of(model) == DEFAULT_MODELS[path]
            if is_of_type and model.get("provider_id") == provider_id:
                yield model


RULE = Rule("unknown-model", ERROR, __doc__, check)
