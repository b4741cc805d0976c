"""A default model of the vector stores that nobody registers.

Once everything is up the server looks for the models that `vector_stores` names, and stops with "Embedding model '…'
not found" (0.3.0 on). It knows those of `registered_resources.models`, by their provider and their `provider_model_id`
(from 0.8.0 their `model_id`), and those that the providers list. What a remote provider lists is known to its server
only; the one of sentence-transformers always lists the same.

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
      default_embedding_model: {provider_id: local, model_id: mini}   # until 0.7 it is not called so
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.resources import (
    DEFAULT_MODELS,
    MODELS,
    listed_models,
    model_type_of,
    served_model_id,
)
from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.registered import default_models, registered_resources
from stackcfg.validation.queries.wording import when
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each default model that is not there, of a provider whose models are known."""
    for each in default_models(inspection):
        known = [
            _models(inspection, reading, each.path) for reading in inspection.readings
        ]
        names = [
            value_at(reading, (*each.path, "model_id"))
            for reading in inspection.readings
        ]
        lost = [
            ids is not None and isinstance(name, str) and name not in ids
            for name, ids in zip(names, known, strict=True)
        ]
        if not any(lost):
            continue
        first = lost.index(True)
        name, ids = str(names[first]), sorted(known[first] or ())
        renamed = _called(inspection, inspection.readings[first], each.path, name)
        meant = renamed or nearest_word(name, ids)
        place = value_of(*each.path, "model_id")
        yield RuleFinding(
            place,
            f"'{name}' is no registered {DEFAULT_MODELS[each.path]} model of this provider{when(lost)}; "
            f"{format_release(inspection.version)} refuses to start",
            help=_help(renamed, meant, ids),
            rewrite=((place, meant),)
            if meant and value_at(inspection.data, (*each.path, "model_id")) == name
            else (),
            severity="" if all(lost) else WARNING,
        )


def _help(renamed: str, meant: str, ids: list[str]) -> str:
    if renamed:
        return f"the server calls it '{renamed}'"
    if meant:
        return f"did you mean '{meant}'?"
    return f"register it under registered_resources.models, or use one of: {', '.join(ids)}"


def _models(inspection: Inspection, reading: Any, path: Path) -> Set[str] | None:
    """The ids by which the server finds models of the provider that a default names; None where they are not known."""
    kind, provider = DEFAULT_MODELS[path], value_at(reading, (*path, "provider_id"))
    there = [
        each
        for each in inspection.providers
        if each.api == "inference"
        and value_at(reading, (*each.path, "provider_id")) == provider
    ]
    if not isinstance(provider, str) or len(there) != 1 or there[0].outside:
        return None
    listed = listed_models(there[0].kind, kind, inspection.version)
    if listed is None:
        return None
    entries = [
        each
        for each in _registered(inspection, reading, provider)
        if model_type_of(each) == kind
    ]
    ids = [served_model_id(each, inspection.version) for each in entries]
    return {*listed, *ids} if all(isinstance(each, str) for each in ids) else None


def _called(inspection: Inspection, reading: Any, path: Path, name: str) -> str:
    """The id of a registered model that the default names by its other one."""
    kind, provider = DEFAULT_MODELS[path], value_at(reading, (*path, "provider_id"))
    entries = [
        each
        for each in _registered(inspection, reading, provider)
        if model_type_of(each) == kind
    ]
    found = [
        each
        for each in entries
        if name in (each.get("model_id"), each.get("provider_model_id"))
    ]
    return str(served_model_id(found[0], inspection.version)) if found else ""


def _registered(
    inspection: Inspection, reading: Any, provider: Any
) -> Iterator[Mapping[str, Any]]:
    for each in registered_resources(inspection):
        entry = (
            value_at(reading, each.path)
            if each.path[:-1] == MODELS and each.is_served
            else None
        )
        if isinstance(entry, Mapping) and entry.get("provider_id") == provider:
            yield entry


RULE: Final = Rule("unknown-model", ERROR, __doc__, check=check)
