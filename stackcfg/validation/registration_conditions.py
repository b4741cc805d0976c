"""What a config registers at start-up if a rule finds anything in it.

The conditions of rules about models and other resources, as
`rule_conditions` has those of the other rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from stackcfg.light_typing import Any, Final
from stackcfg.paths import (
    ANY,
    Data,
    Path,
    as_mapping,
    list_at,
    matching_paths,
    value_at,
)
from stackcfg.releases.changes import CATALOG_SINCE, DISABLED_PROVIDERS_SINCE
from stackcfg.releases.model_names import (
    EVERY_PROVIDER,
    IGNORED,
    QUALIFIED,
    REFUSED,
    RESOURCE,
    ModelPlace,
    model_places,
)
from stackcfg.releases.resources import (
    DATASETS,
    DEFAULT_MODELS,
    DEFAULT_PROVIDER,
    RESOURCE_IDS,
    RESOURCES_SECTION,
    keys_to_register,
    listed_models,
    unregistrable_until,
    word_of_listed_embeddings,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.model_places import name_at
from stackcfg.runconfig.placeholders import PLACEHOLDER
from stackcfg.runconfig.providers import DISABLED_ID, is_disabled
from stackcfg.validation.config_check import is_removed_entry
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.served_apis import is_listed

MODELS: Final[Path] = (RESOURCES_SECTION, "models")
"""The list of models since 0.3.0."""

_NO_PROVIDER: Final = ("", DISABLED_ID)
"""The ids of providers that are switched off."""

_UNKNOWN_ID: Final = ""
"""Stands for an id that cannot be compared."""


# two rules ask
@lru_cache(maxsize=1)
def lacks_provider_of_resource(inspection: Inspection) -> bool:
    """Return whether an entry of a list that is registered, or a
    default of vector stores, may be without its provider, or the list
    without its API.
    """
    skipped: Sequence[str] = ()
    if inspection.version >= DISABLED_PROVIDERS_SINCE:
        skipped = _NO_PROVIDER
    for path, api in inspection.lists_to_register:
        if path[-1] == DATASETS or not is_listed(inspection, api):
            return True
        entries = list_at(inspection.data, path)
        if not all(map(_names_provider, entries)):
            return True
        named = [(*path, index, "provider_id") for index in range(len(entries))]
        if _is_unknown_provider(inspection, api, named, skipped):
            return True
    default_models = [(*path, "provider_id") for path in DEFAULT_MODELS]
    if _is_unknown_provider(inspection, "inference", default_models):
        return True
    return _is_unknown_provider(inspection, "vector_io", [DEFAULT_PROVIDER])


def may_skip_resource(inspection: Inspection) -> bool:
    """Return whether an entry may be without its provider, or is without its id."""
    for path, _ in inspection.lists_to_register:
        for entry in list_at(inspection.data, path):
            if is_removed_entry(as_mapping(entry), inspection.version):
                return True
    return lacks_provider_of_resource(inspection)


def _names_provider(entry: Any) -> bool:
    """Return whether an entry names one provider, or gives a variable for it."""
    name = as_mapping(entry).get("provider_id")
    return isinstance(name, str) and name not in ("", EVERY_PROVIDER)


def _is_unknown_provider(
    inspection: Inspection,
    api: str,
    places: Sequence[Path],
    skipped: Sequence[str] = (),
) -> bool:
    """Return whether the value at a place is no provider of an API that
    is on, in a reading; null, what only the environment knows and
    `skipped` are none.
    """
    providers = [each for each in inspection.providers if each.api == api]
    for number, reading in enumerate(inspection.readings):
        ids = _ids_in_reading(providers, number).difference(_NO_PROVIDER)
        if not ids.union(skipped).issuperset(_strings_at(reading, places)):
            return True
    return False


def _ids_in_reading(providers: Iterable[Provider], number: int) -> set[str]:
    names = [each.entries[number].get("provider_id") for each in providers]
    return {name for name in names if isinstance(name, str)}


def _strings_at(data: Any, paths: Sequence[Path]) -> set[str]:
    values = [value_at(data, path) for path in paths]
    return {each for each in values if isinstance(each, str)}


def has_list_with_needs(inspection: Inspection) -> bool:
    """Return whether the release fails at a list of resources, or needs
    keys in its entries that its models do not.
    """
    version = inspection.version
    for path, _ in inspection.lists_to_register:
        kind = str(path[-1])
        if unregistrable_until(kind, version) or keys_to_register(kind, version):
            return True
    return False


def may_lack_dimension(inspection: Inspection) -> bool:
    """Return whether the dimension of a model may be missing, or no integer."""
    if inspection.version < CATALOG_SINCE:
        return True
    models = [list_at(reading, MODELS) for reading in inspection.readings]
    return not all(_has_dimension(each) for listed in models for each in listed)


def _has_dimension(model: Any) -> bool:
    """Return whether a model has a dimension, or needs none and has none."""
    entry = as_mapping(model)
    metadata = as_mapping(entry.get("metadata"))
    if "embedding_dimension" in metadata:
        return isinstance(metadata["embedding_dimension"], int)
    return entry.get("model_type") != "embedding"


def has_name_of_model(inspection: Inspection) -> bool:
    """Return whether an entry names a model, in a reading that does not skip it."""
    for place in model_places(inspection.version):
        if place.form == QUALIFIED or place.missing == IGNORED:
            continue
        for path in matching_paths(inspection.data, place.path):
            if any(_name_models(inspection, place, path)):
                return True
    return False


def _name_models(
    inspection: Inspection, place: ModelPlace, path: Path
) -> Iterator[bool]:
    """Yield whether a place names a model, reading by reading."""
    for reading in inspection.readings:
        yield _names_model(reading, place, path, inspection.version)


def _names_model(reading: Any, place: ModelPlace, path: Path, version: Release) -> bool:
    name = name_at(reading, place, path)
    # an empty name is none, but start-up looks for it
    if not name and (name is None or place.missing != REFUSED):
        return False
    if place.form == RESOURCE or version < DISABLED_PROVIDERS_SINCE:
        return True
    entry = path[: place.path.index(ANY) + 1]
    return not is_disabled(as_mapping(value_at(reading, entry)))


def may_name_unlisted_model(inspection: Inspection) -> bool:
    """Return whether models are registered, or a default of vector
    stores is none that its provider always lists.
    """
    if value_at(inspection.data, MODELS):
        return True
    for path in DEFAULT_MODELS:
        for reading in inspection.readings:
            default = as_mapping(value_at(reading, path))
            if not _is_listed_model(inspection, reading, default, DEFAULT_MODELS[path]):
                return True
    return False


def _is_listed_model(
    inspection: Inspection, reading: Any, default: Data, model_type: str
) -> bool:
    """Return whether a default has no name, or one that its providers
    list, where that is known.
    """
    name = default.get("model_id")
    if not isinstance(name, str):
        return True
    for provider in inspection.providers:
        seen = value_at(reading, (*provider.path, "provider_id"))
        if provider.api == "inference" and seen == default.get("provider_id"):
            listed = listed_models(provider.kind, model_type, inspection.version)
            if listed is not None and name not in listed:
                return False
            # those are not all that a default model needs
            if word_of_listed_embeddings(provider.kind, inspection.version):
                return False
    return True


def may_double_prefix(inspection: Inspection) -> bool:
    """Return whether a slash is in the id of a model, or of its provider."""
    for path, _ in inspection.lists_to_register:
        if path[-1] == MODELS[-1]:
            models = list_at(inspection.readings[-1], path)
            return any(map(_may_have_slash, models))
    return False


def _may_have_slash(model: Any) -> bool:
    values = as_mapping(model).values()
    # without an id, the first provider serves the model
    if as_mapping(model).get("provider_id") is None:
        return True
    return any("/" in each for each in values if isinstance(each, str))


def has_resource_twice(inspection: Inspection) -> bool:
    """Return whether two entries of a list of resources may have the same id."""
    for path, _ in inspection.lists_to_register:
        written = list_at(inspection.data, path)
        seen = list_at(inspection.readings[-1], path)
        # a model is served by one of its names, with its provider before it
        keys = RESOURCE_IDS.get(str(path[-1]), ""), "provider_model_id"
        taken: set[str] = set()
        for entry, loaded in zip(written, seen, strict=True):
            ends = _ends_of_ids(entry, loaded, keys)
            if _UNKNOWN_ID in ends or ends & taken:
                return True
            taken |= ends
    return False


def _ends_of_ids(written: Any, seen: Any, keys: Sequence[str]) -> set[str]:
    """Return what follows the last slash in the ids of an entry."""
    ends = set()
    for key in keys:
        value = as_mapping(seen).get(key)
        text = str(as_mapping(written).get(key))
        if isinstance(value, str) and "$" not in value:
            ends.add(value.rpartition("/")[2])
        elif _is_variable_without_default(text):
            # one that is not set is equal to itself only
            ends.add(text)
        elif value is not None:
            ends.add(_UNKNOWN_ID)
    return ends


def _is_variable_without_default(text: str) -> bool:
    variable = PLACEHOLDER.fullmatch(text)
    return variable is not None and variable[2] is None
