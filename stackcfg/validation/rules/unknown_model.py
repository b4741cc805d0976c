"""A default model of `vector_stores` that is not registered.

At the end of its start-up the server looks for the models that `vector_stores`
names, and stops with "Embedding model '…' not found" (from 0.3.0). It knows the
models of `registered_resources.models` by their provider and their
`provider_model_id` (from 0.8.0 by their `model_id`), and the models that the
providers list. What a remote provider lists as `llm` is known to its server only. As
embedding models most of them list the few that their code names, the others are
`llm` (`embedding_model_metadata`), and sentence-transformers always lists the same
models. Of models that are named elsewhere speaks `unserved-model`.

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

from collections.abc import Sequence

from stackcfg.light_typing import Any
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.resources import DEFAULT_MODELS, word_of_listed_embeddings
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.spelling import nearest_word
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.registered import default_models
from stackcfg.validation.queries.served_models import listed_names, registered_models
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.suggestions import (
    did_you_mean,
    fix_literal,
    fix_misspelled_value,
    guess_value,
)
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each default model that its provider does not have."""
    readings = inspection.readings
    for model in default_models(inspection):
        known = [_served_models(inspection, each, model.path) for each in readings]
        names = inspection.values_at((*model.path, "model_id"))
        hidden = [
            _is_of_other_type(inspection, reading, model.path) for reading in readings
        ]
        failing = [
            is_hidden or (ids is not None and isinstance(name, str) and name not in ids)
            for name, ids, is_hidden in zip(names, known, hidden, strict=True)
        ]
        if any(failing):
            ids = sorted(known[failing.index(True)] or ())
            yield _describe(
                inspection,
                model.path,
                failing,
                ids,
            )


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
    fix = fix_misspelled_value(inspection, place.path, name, meant, ids)
    if served_name:
        fix = fix_literal(inspection, place.path, name, served_name)
        help_text = f"write '{served_name}', which is its name in the server"
    return RuleFinding(
        place,
        f"'{name}' is not a registered {DEFAULT_MODELS[path]} model of this "
        "provider"
        f"{when_failing(failing)}; "
        f"{inspection.release} refuses to start",
        help=help_text,
        fix=fix,
        guess=guess_value(inspection, place.path, name, meant),
        severity=severity_of_readings(failing),
    )


def _served_models(
    inspection: Inspection,
    reading: Any,
    path: Path,
) -> set[str] | None:
    """Return the models of a default's provider; None if unknown."""
    provider = _provider_of(inspection, reading, path)
    if provider is None:
        return None
    names = _listed_names(inspection, reading, provider, path)
    if names is None:
        return None
    known = set(names)
    for model in registered_models(inspection, reading):
        if model.model_type != DEFAULT_MODELS[path]:
            # a registered model hides the listed one of the same name
            known.difference_update(model.names)
            continue
        if not model.names:
            return None
        known.update(model.names)
    prefix = f"{provider.id}/"
    return {name.removeprefix(prefix) for name in known if name.startswith(prefix)}


def _listed_names(
    inspection: Inspection, reading: Any, provider: Provider, path: Path
) -> frozenset[str] | None:
    """Return the names of the models that the provider of a default can list, and
    the server can take; None if unknown.
    """
    names = listed_names(inspection, reading, provider, DEFAULT_MODELS[path])
    word = ""
    if DEFAULT_MODELS[path] == "embedding" and not provider.outside:
        word = word_of_listed_embeddings(provider.kind, inspection.version)
    if names is not None or not word:
        return names
    default = as_mapping(value_at(reading, path))
    name = str(default.get("model_id"))
    if word in name.lower() and default.get("embedding_dimensions") is not None:
        return frozenset((f"{provider.id}/{name}",))
    return frozenset()


def _is_of_other_type(inspection: Inspection, reading: Any, path: Path) -> bool:
    """Return whether the default is a registered model of another type: it hides
    what the provider lists by this name.
    """
    default = as_mapping(value_at(reading, path))
    name = f"{default.get('provider_id')}/{default.get('model_id')}"
    types = {
        model.model_type
        for model in registered_models(inspection, reading)
        if name in model.names
    }
    return bool(types) and types.isdisjoint((DEFAULT_MODELS[path], repr(UNKNOWN)))


def _provider_of(
    inspection: Inspection,
    reading: Any,
    path: Path,
) -> Provider | None:
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


def _served_name(
    inspection: Inspection,
    reading: Any,
    path: Path,
    name: str,
) -> str:
    """Return the served name of a registered model whose other name is `name`."""
    prefix = f"{value_at(reading, (*path, 'provider_id'))}/"
    for model in registered_models(inspection, reading):
        is_of_type = model.model_type == DEFAULT_MODELS[path]
        served = "".join(model.names[:1])
        if is_of_type and name in model.ids and served.startswith(prefix):
            return served.removeprefix(prefix)
    return ""


RULE = Rule("unknown-model", ERROR, __doc__, check)
