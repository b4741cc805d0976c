"""A registered model that has the name of another model of its provider.

From 0.8.0 a registered model is served as `provider_id/model_id`, and a model that
its provider lists as `provider_id/NAME`. Where `model_id` is the name of a listed
model, and `provider_model_id` names another one, both have one name: the server
stops at its start with "Object of type 'model' and identifier '…' already exists".
So it does for a model that is registered by its own name, and by another one behind
that: of several names of a model only the last one is not taken from the list. The
second start reads them in the order of the alphabet.
Inline providers list models that are known. What a remote provider lists is taken
from the other entries for it, and is a warning: a service that does not answer at the
start lists nothing.
Source: `update_registered_models` and `register_model` of 0.8.0 and 1.5.0, and starts
of 1.0.4, 1.1.3, 1.2.5 and 1.5.0.

    models:
    - model_id: nomic-ai/nomic-embed-text-v1.5
      provider_id: sentence-transformers   # it lists a model of this name
      provider_model_id: /models/nomic
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.changes import MODELS_RENAMED_SINCE
from stackcfg.releases.resources import AUTO, listed_models
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.registered import (
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
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, value_of

MODEL_TYPES = ("llm", "embedding", "rerank")


class _Model(NamedTuple):
    """A registered model in one reading: its name among those of its provider, and
    the name that the provider has for it.
    """

    path: Path
    order: int
    provider: Provider
    provider_id: str
    name: str
    own_name: str


class _Taken(NamedTuple):
    """A model whose name another model has; `other` registers that one, if one does."""

    model: _Model
    other: _Model | None


def check(inspection: Inspection) -> Findings:
    """Report each model with the name of a model that its provider lists."""
    if inspection.version < MODELS_RENAMED_SINCE:
        return
    readings = [_find_taken(inspection, each) for each in inspection.readings]
    for path in dict.fromkeys(path for taken in readings for path in taken):
        found = [taken.get(path) for taken in readings]
        first = next(each for each in found if each is not None)
        yield _describe(inspection, first, [each is not None for each in found])


def _find_taken(inspection: Inspection, reading: Any) -> dict[Path, _Taken]:
    """Return the models whose names are taken in one reading, by their paths."""
    models = list(_find_models(inspection, reading))
    entries: dict[tuple[str, str], list[_Model]] = {}
    for model in models:
        entries.setdefault((model.provider_id, model.own_name), []).append(model)
    found = {}
    for model in models:
        other = _find_other(model, entries.get((model.provider_id, model.name), ()))
        is_only_one = other is None and model.own_name == model.name
        if is_only_one or model.own_name == AUTO:
            continue
        if _is_listed(inspection, model) or _may_be_listed(inspection, reading, other):
            found[model.path] = _Taken(model, other)
    return found


def _find_other(model: _Model, entries: Sequence[_Model]) -> _Model | None:
    """Return the entry that counts for the listed model, if it has another name.

    That is the last one, and from the second start on the last one by the alphabet.
    """
    if not entries:
        return None
    for chosen in (entries[-1], max(entries, key=lambda each: each.name)):
        if chosen.name != model.name:
            return chosen
    return None


def _find_models(inspection: Inspection, reading: Any) -> Iterator[_Model]:
    """Yield the registered models whose provider and names are known."""
    providers = _providers_by_id(inspection, reading)
    for index, resource in enumerate(registered_resources(inspection)):
        model = as_mapping(value_at(reading, resource.path))
        is_model = resource.kind == "models"
        if not is_model or not is_for_one_provider(model, inspection.version):
            continue
        provider_id, name = model.get("provider_id"), model.get("model_id")
        own_name = model.get("provider_model_id") or name
        if not isinstance(name, str) or not isinstance(own_name, str):
            continue
        if isinstance(provider_id, str) and provider_id in providers:
            provider = providers[provider_id]
            name = name.removeprefix(f"{provider_id}/")
            yield _Model(resource.path, index, provider, provider_id, name, own_name)


def _providers_by_id(inspection: Inspection, reading: Any) -> dict[str, Provider]:
    found = {}
    for provider in inference_providers(inspection, reading):
        provider_id = value_at(reading, (*provider.path, "provider_id"))
        if isinstance(provider_id, str):
            found[provider_id] = provider
    return found


def _is_listed(inspection: Inspection, model: _Model) -> bool:
    """Return whether a provider in the server lists a model of this name."""
    kind = model.provider.kind
    if not kind.startswith("inline::") or model.provider.outside:
        return False
    listed = [listed_models(kind, each, inspection.version) for each in MODEL_TYPES]
    return any(model.name in names for names in listed if names is not None)


def _may_be_listed(
    inspection: Inspection,
    reading: Any,
    other: _Model | None,
) -> bool:
    """Return whether the provider of a registered model lists it, once it answers."""
    if other is None or other.provider.kind.startswith("inline::"):
        return False
    allowed = allowed_models(inspection, reading, other.provider)
    return allowed is None or other.own_name in allowed


def _comes_before(other: _Model, model: _Model) -> bool:
    """Return whether a model has another name before its own: the first start works."""
    is_same = other.own_name == model.own_name
    return is_same and other.order < model.order


def _describe(
    inspection: Inspection, taken: _Taken, failing: Sequence[bool]
) -> RuleFinding:
    model, other = taken
    severity = severity_of_readings(failing)
    is_first_start = other is None or not _comes_before(other, model)
    if not is_first_start or not _is_listed(inspection, model):
        severity = WARNING
    also: tuple[tuple[EntryPart, str], ...] = ()
    if other is not None:
        also = ((value_of(*other.path), "the other entry"),)
    consequence = "refuses to start"
    if not is_first_start:
        consequence += " for the second time"
    problem = (
        f"provider '{model.provider_id}' lists another model called '{model.name}'"
    )
    advice = "write another 'model_id', and change the clients that name it"
    if other is not None and model.own_name == model.name:
        problem = f"'{model.name}', which its provider lists, is '{other.name}', too"
        advice = "register it by one name only"
    return RuleFinding(
        value_of(*model.path, "model_id"),
        f"{problem}{when_failing(failing)}; {inspection.release} {consequence}",
        help=advice,
        also=also,
        severity=severity,
    )


RULE = Rule("taken-model-name", ERROR, __doc__, check)
