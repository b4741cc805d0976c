"""The names of registered models before and after a migration.

What names a model follows its name: vector stores, defaults, shields,
judges. The places are facts of `releases.model_names`; `access_rules`
is about those of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, list_at, matching_paths, value_at
from stackcfg.releases.model_names import (
    NAME,
    QUALIFIED,
    RESOURCE,
    SERVING_API,
    ModelPlace,
    accepted_names,
    model_places,
    served_name,
)
from stackcfg.releases.renames import is_removed_type
from stackcfg.releases.resources import MODELS, model_type_of, registered_values
from stackcfg.releases.versions import Release
from stackcfg.runconfig.model_places import name_at
from stackcfg.runconfig.placeholders import assume_conditions
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

MODEL_API: Final = "inference"
"""The API whose providers serve models."""


class NamedModel(NamedTuple):
    """A registered model: its names before and after, and its other names.

    `path` is that of its entry, `provider` its provider's id without a
    condition, `old` the names by which clients could ask for it, first
    the one that was served. `provider_name` is the provider's own name
    for it. `values` is what the registry compares.
    """

    path: Path
    provider: str
    model_type: str
    old: tuple[str, ...]
    new: str
    other: frozenset[str]
    provider_name: str
    values: Mapping[str, Any]


def find_models(
    context: StepContext, before: Sequence[Release], after: Release
) -> Iterator[NamedModel]:
    """Yield the registered models that have a name in both releases.

    `before` are the releases that the file can be for.
    """
    for path in (("models",), MODELS):
        for index, entry in enumerate(list_at(context.data, path)):
            if isinstance(entry, Mapping) and not is_disabled(entry):
                model = _name_model((*path, index), entry, before, after)
                if model is not None:
                    yield model


def _name_model(
    path: Path, entry: Mapping[Any, Any], before: Sequence[Release], after: Release
) -> NamedModel | None:
    provider = assume_conditions(as_string(entry["provider_id"]))
    model = {**entry, "provider_id": provider}
    old = [name for each in before for name in accepted_names(model, each)]
    new = served_name(model, after)
    if not old or not new:
        return None
    kind = as_string(model_type_of(entry))
    other = frozenset(_other_names(entry))
    own = as_string(entry.get("provider_model_id") or entry.get("model_id"))
    values = registered_values(MODELS[-1], entry)
    return NamedModel(path, provider, kind, tuple(old), new, other, own, values)


def _other_names(entry: Mapping[Any, Any]) -> Iterator[str]:
    for key in ("model_id", "provider_model_id"):
        name = entry.get(key)
        if isinstance(name, str) and name:
            yield name


class Reference(NamedTuple):
    """A place of a config that names a model, and the name that it gives."""

    place: ModelPlace
    path: Path
    name: str


Meaning = Callable[[NamedModel, Reference], bool]
"""Whether a reference means a model."""


def find_references(data: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield the names of models in a config, at the places of any release."""
    for place in model_places():
        for path in matching_paths(data, place.path):
            name = _read_name(data, place, path)
            if name:
                yield Reference(place, path, name)


def _read_name(data: Mapping[str, Any], place: ModelPlace, path: Path) -> str:
    if place.form == QUALIFIED:
        return _read_qualified_name(value_at(data, path))
    if place.served_by and not _is_served_by(data, path, place.served_by):
        return ""
    return name_at(data, place, path) or ""


def _read_qualified_name(value: Any) -> str:
    provider = assume_conditions(as_string(value_at(value, ("provider_id",))))
    name = value_at(value, ("model_id",))
    if not provider or not isinstance(name, str):
        return ""
    return f"{provider}/{name}"


def _is_served_by(data: Mapping[str, Any], path: Path, kinds: Sequence[str]) -> bool:
    """Return whether the provider of an entry is of one of these types.

    An entry without `provider_id` belongs to the only provider.
    """
    written = as_string(value_at(data, (*path[:-1], "provider_id")))
    wanted = assume_conditions(written)
    providers = [
        provider
        for provider in list_at(data, ("providers", SERVING_API))
        if isinstance(provider, Mapping) and not is_disabled(provider)
    ]
    named = [
        provider
        for provider in providers
        if assume_conditions(as_string(provider.get("provider_id"))) == wanted
    ]
    if not wanted and len(providers) == 1:
        named = providers
    return any(as_string(each.get("provider_type")) in kinds for each in named)


def _index_by_name(models: Sequence[NamedModel]) -> dict[str, list[NamedModel]]:
    """Return the models that each name can mean, in their order."""
    found: dict[str, list[NamedModel]] = {}
    for model in models:
        for name in _names_of(model):
            found.setdefault(name, []).append(model)
    return found


def _names_of(model: NamedModel) -> set[str]:
    qualified = {f"{model.provider}/{other}" for other in model.other}
    return {*model.old, model.new} | model.other | qualified


def _find_model(
    reference: Reference, models: Sequence[NamedModel], is_older: bool
) -> NamedModel | None:
    """Return the model that a reference means; None if that is not certain.

    `models` are those that its name can mean. A name is one of before
    if the file is older, else rather one of after.
    """
    fitting = [model for model in models if _is_of_type(model, reference)]
    for is_meant in _ways_to_name(is_older):
        found = [model for model in fitting if is_meant(model, reference)]
        if len({model.new for model in found}) == 1:
            return found[0]
        if found:
            return None
    return None


def _ways_to_name(is_older: bool) -> list[Meaning]:
    """Return what a name can be, the likeliest first."""
    if is_older:
        return [_was_named, _is_named, _has_other_name]
    return [_is_named, _was_named, _has_other_name]


def _was_named(model: NamedModel, reference: Reference) -> bool:
    return reference.name in model.old


def _is_named(model: NamedModel, reference: Reference) -> bool:
    return reference.name == model.new


def _is_of_type(model: NamedModel, reference: Reference) -> bool:
    return reference.place.model_type in ("", model.model_type)


def _has_other_name(model: NamedModel, reference: Reference) -> bool:
    if reference.place.form == NAME:
        return reference.name in model.other
    return reference.name in {f"{model.provider}/{other}" for other in model.other}


def rename_references(
    context: StepContext, models: Sequence[NamedModel], kept: Set[Path] = frozenset()
) -> Changes:
    """Write the new name wherever a model is named, but for access rules.

    `kept` are the paths of references that stay as they are.
    """
    by_name = _index_by_name(models)
    for reference in find_references(context.data):
        if reference.path in kept or reference.place.form == RESOURCE:
            continue
        named = by_name.get(reference.name, [])
        model = _find_model(reference, named, context.is_older)
        if model is not None and model.new != reference.name:
            yield from _rename(context, reference, model)


def _rename(context: StepContext, reference: Reference, model: NamedModel) -> Changes:
    form, path = reference.place.form, reference.path
    if form == QUALIFIED:
        prefix = f"{model.provider}/"
        if model.new.startswith(prefix):
            new = model.new.removeprefix(prefix)
            yield from context.text.set((*path, "model_id"), new)
    elif value_at(context.data, path) is None:
        yield from _add_name(context, path, model.new)
    else:
        yield from context.text.set(path, model.new)


def _add_name(context: StepContext, path: Path, name: str) -> Changes:
    """Write a name beside the id that was the name until now."""
    node = context.text.editable_node(path[:-1])
    # over the last entry, since the end of an entry can be that of a list that moves
    if node is not None and len(node.entries) > 1:
        field = Field(str(path[-1]), name)
        yield from context.text.merge(path[:-1], [field], len(node.entries) - 1)


def report_names(
    context: StepContext, models: Sequence[NamedModel], change: str
) -> Notes:
    """Report each model that clients must call by another name.

    `change` says what happened to it, with `<new>` for its new name and
    `<id>` for the `model_id` that would keep the old one. A model whose
    provider is removed on the way is not served by any name.
    """
    staying = models_of_providers(context, models)
    served: dict[str, NamedModel] = {}
    for model in staying:
        served.setdefault(model.new, model)
    for model in staying:
        first, old = served[model.new], model.old[0]
        path = (*model.path, "model_id")
        if first.values != model.values:
            yield context.action_required(_describe_conflict(first, model), path)
        elif old not in served:
            said = change.replace("<new>", model.new)
            said = said.replace("<id>", id_for_name(model, old))
            yield context.check(f"model '{old}' {said}", path)
        elif not _is_one_model(served[old], model):
            yield context.check(_describe_taken_name(served[old], model), path)


def models_of_providers(
    context: StepContext, models: Sequence[NamedModel]
) -> list[NamedModel]:
    """Return the models whose provider is not removed on the way."""
    removed = _removed_providers(context)
    return [model for model in models if model.provider not in removed]


def _removed_providers(context: StepContext) -> Set[str]:
    """Return the ids of providers of models that the last release does not have."""
    found: set[str] = set()
    for provider in list_at(context.data, ("providers", MODEL_API)):
        if not isinstance(provider, Mapping) or provider.get("module"):
            continue
        kind = as_string(provider.get("provider_type"))
        if is_removed_type(MODEL_API, kind, context.release.final):
            found.add(assume_conditions(as_string(provider.get("provider_id"))))
    return found


def _describe_conflict(one: NamedModel, other: NamedModel) -> str:
    first, second = one.old[0], other.old[0]
    difference = f"models '{first}' and '{second}' differ"
    if first == second:
        difference = f"two models '{first}' differ"
    return (
        f"{difference}, and both are called '{one.new}' now; "
        "the server refuses to start; remove one of them"
    )


def _is_one_model(one: NamedModel, other: NamedModel) -> bool:
    """Return whether two entries are for one model of a provider."""
    return (one.provider, one.provider_name) == (other.provider, other.provider_name)


def _describe_taken_name(now: NamedModel, before: NamedModel) -> str:
    """Describe a name by which clients would reach another model than before."""
    name = before.old[0]
    return (
        f"model '{name}' is called '{before.new}' now, and '{name}' is another model, "
        f"the former '{now.old[0]}'; change the clients that name either"
    )


def id_for_name(model: NamedModel, name: str) -> str:
    """Return the `model_id` for which 0.8 and later serve a model by a name."""
    prefix = f"{model.provider}/"
    short = name.removeprefix(prefix)
    # an id that begins with the provider's id is the name itself
    if short.startswith(prefix):
        return name
    return short
