"""The models that a server has at its start: registered ones, and those
that providers list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.changes import CATALOG_SINCE, DISABLED_PROVIDERS_SINCE
from stackcfg.releases.model_names import accepted_names, known_start
from stackcfg.releases.resources import (
    ALLOWED_MODELS,
    SERVED,
    listed_models,
    model_type_of,
    outside_allowed_models,
)
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.registered import is_removed, registered_resources

INFERENCE = "inference"


class RegisteredModel(NamedTuple):
    """A registered model: the names by which it is served, and its own ids.

    `names` is empty if only the environment knows them; what they begin
    with may be known nevertheless. The first one is the name that
    clients see.
    """

    names: tuple[str, ...]
    model_type: str
    ids: frozenset[str]
    start: str = ""

    def may_be(
        self,
        name: str,
        model_type: str,
    ) -> bool:
        """Return whether a model whose names are not known can have this one."""
        if self.names or not name.startswith(self.start):
            return False
        return model_type in ("", self.model_type) or self.model_type == repr(UNKNOWN)


def registered_models(
    inspection: Inspection, reading: Any
) -> Iterator[RegisteredModel]:
    """Yield the models that the release registers in one reading."""
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        model = as_mapping(value_at(reading, resource.path))
        if not model or _is_skipped(inspection, model):
            continue
        names = served_names_at(inspection, reading, resource.path)
        ids = [model.get("model_id"), model.get("provider_model_id")]
        yield RegisteredModel(
            names,
            str(model_type_of(model)),
            frozenset(each for each in ids if isinstance(each, str)),
            known_start(model, inspection.version),
        )


def served_names_at(
    inspection: Inspection, reading: Any, path: Path
) -> tuple[str, ...]:
    """Return the names by which the release serves the model at a path.

    The first one is the name that clients see. There is none if only
    the environment knows it.
    """
    return served_names_of(inspection, reading, as_mapping(value_at(reading, path)))


def served_names_of(
    inspection: Inspection, reading: Any, model: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the names by which the release serves a model."""
    complete = _with_provider(inspection, reading, model)
    return accepted_names(complete, inspection.version)


def _is_skipped(inspection: Inspection, model: Mapping[str, Any]) -> bool:
    if is_removed(model, inspection.version):
        return True
    return inspection.version >= DISABLED_PROVIDERS_SINCE and is_disabled(model)


def _with_provider(
    inspection: Inspection, reading: Any, model: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return a model with the provider that the release gives it if it
    has none.
    """
    if model.get("provider_id") is not None:
        return model
    ids = [each.id for each in inference_providers(inspection, reading)]
    return {**model, "provider_id": ids[0] if ids else None}


def inference_providers(inspection: Inspection, reading: Any) -> list[Provider]:
    """Return the providers of models that are on in one reading."""
    found = []
    for provider in inspection.providers:
        entry = as_mapping(value_at(reading, provider.path))
        if provider.api == INFERENCE and not is_disabled(entry):
            found.append(provider)
    return found


def allowed_models(
    inspection: Inspection, reading: Any, provider: Provider
) -> frozenset[str] | None:
    """Return the only models that a provider may serve; None if not known."""
    if provider.outside:
        return None
    if outside_allowed_models(provider.kind, inspection.version) == SERVED:
        return None
    allowed = value_at(reading, (*provider.path, "config", ALLOWED_MODELS))
    # what only the environment knows can be any model
    if not isinstance(allowed, list) or not _are_strings(allowed):
        return None
    return frozenset(allowed)


def _are_strings(values: Sequence[Any]) -> bool:
    return all(isinstance(each, str) for each in values)


def listed_names(
    inspection: Inspection, reading: Any, provider: Provider, model_type: str
) -> frozenset[str] | None:
    """Return the names of the models that a provider can list.

    None if only the running provider knows them.
    """
    if provider.outside:
        return None
    found = listed_models(provider.kind, model_type, inspection.version)
    if found is None:
        found = allowed_models(inspection, reading, provider)
    if found is None:
        return None
    return frozenset(f"{provider.id}/{name}" for name in found)


def may_be_listed(
    inspection: Inspection, reading: Any, name: str, model_type: str
) -> bool:
    """Return whether a provider may list a model of this name.

    From 0.3 a listed name begins with the id of its provider.
    """
    for provider in inference_providers(inspection, reading):
        is_its_name = name.startswith(f"{provider.id}/")
        listed = listed_names(inspection, reading, provider, model_type)
        if listed is not None and name in listed:
            return True
        is_open = listed is None and not provider.kind.startswith("inline::")
        if provider.outside or (
            is_open and (is_its_name or inspection.version < CATALOG_SINCE)
        ):
            return True
    return False
