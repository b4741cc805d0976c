"""A model that is called by a name that no registered model has.

At start the server looks for the embedding model of each vector store among the
registered models, and stops with "Model '…' not found" (until 0.2, and from
0.4.3). Models that providers list come later. A shield of llama-guard, a judge
or a summary whose model is not served fails when it is used, and an access rule
has no effect: these are warnings.

A registered model is served by its `model_id` until 0.2.15, by
`provider_id/provider_model_id` from 0.3 to 0.7, and by `provider_id/model_id`
from 0.8; in between by its `model_id`, if that is not the name that its
provider has for it.

    registered_resources:
      models:
      - {model_id: mini, provider_id: local, provider_model_id: all-MiniLM-L6-v2, …}
      vector_stores:
      - {vector_store_id: docs, embedding_model: mini, …}   # 0.7: local/all-MiniLM-L6-v2
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.paths import ANY, Data, Path, as_mapping, matching_paths, value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.model_names import (
    IGNORED,
    QUALIFIED,
    REFUSED,
    RESOURCE,
    RESOURCE_PREFIX,
    SERVING_API,
    ModelPlace,
    model_places,
)
from stackcfg.runconfig.model_places import name_at
from stackcfg.runconfig.providers import is_disabled
from stackcfg.validation.queries.registered import (
    is_of_every_provider,
    is_removed,
    registered_resources,
)
from stackcfg.validation.queries.served_models import (
    RegisteredModel,
    may_be_listed,
    registered_models,
)
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.suggestions import fix_literal
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

NOT_REGISTERED: Final = ("providers", "server")
"""Sections whose entries are no registered resources."""


class _Reference(NamedTuple):
    """A place that names a model, and the entry of a list that holds it."""

    place: ModelPlace
    path: Path

    @property
    def entry(self) -> Path:
        """The path of the entry."""
        return self.path[: self.place.path.index(ANY) + 1]


class _Served:
    """The models that one reading registers, by their names and by their ids."""

    def __init__(
        self,
        reading: Any,
        models: Sequence[RegisteredModel],
    ) -> None:
        self.reading = reading
        self.nameless = [model for model in models if not model.names]
        self.by_name: dict[str, list[RegisteredModel]] = {}
        self.by_id: dict[str, list[RegisteredModel]] = {}
        for model in models:
            for name in model.names:
                self.by_name.setdefault(name, []).append(model)
            for name in model.ids:
                self.by_id.setdefault(name, []).append(model)


class _Missing(NamedTuple):
    """A name that one reading does not serve, and the models that have it as an
    id or as the name of another type.
    """

    name: str
    models: Sequence[RegisteredModel]


def check(inspection: Inspection) -> Findings:
    """Report each name of a model that is certainly not served."""
    references = list(_find_references(inspection))
    if not references:
        return
    served = [
        _Served(reading, list(registered_models(inspection, reading)))
        for reading in inspection.readings
    ]
    for reference in references:
        found = [_find_missing(inspection, each, reference) for each in served]
        first = next((each for each in found if each is not None), None)
        if first is not None and not _is_repeated(inspection, reference, first):
            failing = [each is not None for each in found]
            yield _describe(
                inspection,
                reference,
                first,
                failing,
            )


def _is_repeated(
    inspection: Inspection, reference: _Reference, missing: _Missing
) -> bool:
    """Return whether an access rule of the same effect names the model as the release
    does. The other one can be for what the registry of an older server holds.
    """
    place = reference.place
    if place.form != RESOURCE:
        return False
    meant = RESOURCE_PREFIX + _served_name(place, missing)
    paths = matching_paths(inspection.data, place.path)
    return any(value_at(inspection.data, path) == meant for path in paths)


def _find_references(inspection: Inspection) -> Iterator[_Reference]:
    """Yield the references that the release reads."""
    entries = {each.path for each in registered_resources(inspection)}
    for place in model_places(inspection.version):
        if place.form == QUALIFIED or place.missing == IGNORED:
            continue
        for path in matching_paths(inspection.data, place.path):
            reference = _Reference(place, path)
            is_resource = path[0] not in NOT_REGISTERED
            if is_resource and reference.entry not in entries:
                continue
            if not inspection.is_dropped(path):
                yield reference


def _find_missing(
    inspection: Inspection, served: _Served, reference: _Reference
) -> _Missing | None:
    """Return a name that is certainly not served in one reading."""
    place = reference.place
    name = _read_name(inspection, served.reading, reference)
    if name is None:
        return None
    if any(model.may_be(name, place.model_type) for model in served.nameless):
        return None
    named = served.by_name.get(name, [])
    if any(place.model_type in ("", model.model_type) for model in named):
        return None
    if _is_possible(
        inspection,
        served,
        place,
        name,
    ):
        return None
    same = [*named, *served.by_id.get(name, [])]
    return _Missing(name, same)


def _is_possible(
    inspection: Inspection, served: _Served, place: ModelPlace, name: str
) -> bool:
    """Return whether a model that is not registered can be served by a name."""
    if place.missing == REFUSED:
        return False
    # an access rule can be for a model that is registered later
    if place.form == RESOURCE and name not in served.by_id:
        return True
    return may_be_listed(
        inspection,
        served.reading,
        name,
        place.model_type,
    )


def _read_name(
    inspection: Inspection, reading: Any, reference: _Reference
) -> str | None:
    """Return the name that a place gives in one reading; None if none is known."""
    place = reference.place
    if place.form != RESOURCE and not _is_in_use(inspection, reading, reference):
        return None
    name = name_at(reading, place, reference.path)
    # an empty name is none, but start-up looks for it
    if not name and place.missing != REFUSED:
        return None
    return name


def _is_in_use(
    inspection: Inspection,
    reading: Any,
    reference: _Reference,
) -> bool:
    """Return whether the release registers or makes the entry of a reference."""
    entry = as_mapping(value_at(reading, reference.entry))
    if _is_skipped(inspection, entry):
        return False
    is_resource = reference.path[0] not in NOT_REGISTERED
    if is_resource and is_removed(entry, inspection.version):
        return False
    if is_resource and is_of_every_provider(entry, inspection.version):
        return False
    served_by = set(reference.place.served_by)
    if not served_by:
        return True
    kinds = _serving_kinds(inspection, entry.get("provider_id"))
    return bool(kinds) and kinds <= served_by


def _is_skipped(inspection: Inspection, entry: Data) -> bool:
    """Return whether the release skips an entry for want of a provider's id.

    Before 0.2.16 a provider gets an entry without one, also if it is null.
    """
    return inspection.version >= DISABLED_PROVIDERS_SINCE and is_disabled(entry)


def _serving_kinds(inspection: Inspection, provider_id: Any) -> set[str]:
    """Return the types of the providers that can serve a model; without an id
    all of them.
    """
    kinds: set[str] = set()
    for provider in inspection.providers:
        if provider.api == SERVING_API and provider_id in (None, provider.id):
            kinds.add(provider.kind)
    return kinds


def _describe(
    inspection: Inspection,
    reference: _Reference,
    missing: _Missing,
    failing: Sequence[bool],
) -> RuleFinding:
    place, path = reference.place, reference.path
    meant = _served_name(place, missing)
    where = value_of(*path)
    fix = None
    if meant and place.form != RESOURCE:
        fix = fix_literal(
            inspection,
            path,
            missing.name,
            meant,
        )
    if value_at(inspection.data, path) is None:
        where = key_of(*path[:-1])
        fix = None
    severity = severity_of_readings(failing)
    if place.missing != REFUSED:
        severity = WARNING
    return RuleFinding(
        where,
        f"no {_describe_type(place)} is called '{missing.name}'"
        f"{when_failing(failing)}; {_consequence(inspection, reference)}",
        help=_advise(reference, missing, meant),
        fix=fix,
        severity=severity,
    )


def _describe_type(place: ModelPlace) -> str:
    if place.missing == REFUSED:
        return "registered embedding model"
    return "model"


def _consequence(inspection: Inspection, reference: _Reference) -> str:
    place, path = reference.place, reference.path
    if place.missing == REFUSED:
        return f"{inspection.release} refuses to start"
    if place.form == RESOURCE:
        return f"{inspection.release} finds nothing that the access rule is for"
    kind = str(path[-1]).replace("provider_shield_id", "shield")
    return f"in {inspection.release} the {kind.replace('_', ' ')} fails when used"


def _served_name(place: ModelPlace, missing: _Missing) -> str:
    """Return the name of the model whose other name is the missing one; empty
    if that is not certain.
    """
    found = {
        model.names[:1]
        for model in missing.models
        if missing.name in model.ids and place.model_type in ("", model.model_type)
    }
    if len(found) != 1:
        return ""
    return "".join(found.pop())


def _advise(
    reference: _Reference,
    missing: _Missing,
    meant: str,
) -> str:
    place = reference.place
    if meant:
        key = reference.path[-1]
        if place.form == RESOURCE:
            meant = RESOURCE_PREFIX + meant
        return f"write '{key}: {meant}', its name in this release"
    other = [model for model in missing.models if missing.name in model.names]
    if other:
        return f"'{missing.name}' is a model of the type '{other[0].model_type}'"
    advice = "register it under 'models' with its provider"
    if place.missing == REFUSED:
        advice += ": models that providers list come after the vector stores"
    return advice


RULE = Rule("unserved-model", ERROR, __doc__, check)
