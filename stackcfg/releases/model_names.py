"""The names by which a release serves registered models, and who names one.

The facts are in `facts/model_names.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.releases.versions import (
    Release,
    find_row,
    nearest_described,
    read_facts,
    span_of,
)

EVERY_PROVIDER: Final = "all"
"""The `provider_id` of a model that any provider serves (0.8.0)."""

MODEL_ID: Final = "model id"
ALIAS: Final = "alias"
PREFIXED: Final = "prefixed model id"
"""Ways of naming, see `served` in the facts."""

NAME: Final = "name"
QUALIFIED: Final = "qualified"
RESOURCE: Final = "resource"
RESOURCE_PREFIX: Final = "model::"
"""What an access rule writes before the name of a model."""

SERVING_API: Final = "safety"
"""The API of the provider types in `ModelPlace.served_by`."""

REFUSED: Final = "refused"
FAILS: Final = "fails"
IGNORED: Final = "ignored"


class ModelPlace(NamedTuple):
    """A place of a config that names a model; `*` in its path is any item.

    `form` is `NAME` for a served name, `QUALIFIED` for a mapping of
    `provider_id` and `model_id`, `RESOURCE` for `RESOURCE_PREFIX` and a
    served name. `missing` says what the release does about a model that
    it does not serve: `REFUSED` at start, `FAILS` when it is used, or
    `IGNORED`. `fallback` is the key beside it that holds the name if
    this one is missing. If there are `served_by`, only entries of these
    provider types name a model.
    """

    path: Path
    form: str
    model_type: str
    missing: str
    fallback: str = ""
    served_by: tuple[str, ...] = ()


@cache
def model_places(version: Release | None = None) -> tuple[ModelPlace, ...]:
    """Return the places that name a model in a release, or in any release."""
    found: dict[Path, ModelPlace] = {}
    for row in read_facts("model_names.json")["places"]:
        since, until = span_of(row)
        if version is None or since <= nearest_described(version) <= until:
            place = ModelPlace(
                tuple(row["path"]),
                row["form"],
                row["model_type"],
                row["missing"],
                row.get("fallback", ""),
                tuple(row.get("served_by", ())),
            )
            found[place.path] = place
    return tuple(found.values())


@cache
def own_namespace(provider_type: str) -> str:
    """Return the first part of the names that a service gives its own models."""
    for row in read_facts("model_names.json")["own_namespace"]:
        if row["provider_type"] == provider_type:
            return str(row["namespace"])
    return ""


def served_name(model: Mapping[str, Any], version: Release) -> str | None:
    """Return the name by which a release serves a registered model.

    None if a part of it is missing or known to the environment only.
    """
    provider = model.get("provider_id")
    name = model.get("model_id")
    own = model.get("provider_model_id") or name
    if not isinstance(provider, str) or not isinstance(name, str):
        return None
    if not isinstance(own, str):
        return None
    return _form_name(_naming_at(version), provider, name, own)


def accepted_names(model: Mapping[str, Any], version: Release) -> tuple[str, ...]:
    """Return the names by which clients can ask a release for a model.

    0.2.16 to 0.2.24 accept the name that the provider has for it as
    well (`lookup_model`).
    """
    served = served_name(model, version)
    if served is None:
        return ()
    own = model.get("provider_model_id") or model.get("model_id")
    if _naming_at(version) == ALIAS and isinstance(own, str):
        return (served, own)
    return (served,)


def known_start(model: Mapping[str, Any], version: Release) -> str:
    """Return what a served name begins with, whatever else is not known."""
    provider = model.get("provider_id")
    if not isinstance(provider, str) or provider == EVERY_PROVIDER:
        return ""
    if _naming_at(version) in (MODEL_ID, ALIAS):
        return ""
    return f"{provider}/"


def _form_name(naming: str, provider: str, name: str, own: str) -> str:
    """Return a served name; `own` is the name that the provider has for
    the model.
    """
    if naming == MODEL_ID or (naming == ALIAS and name != own):
        return name
    if naming != PREFIXED:
        return f"{provider}/{own}"
    if provider == EVERY_PROVIDER or name.startswith(f"{provider}/"):
        return name
    return f"{provider}/{name}"


@cache
def _naming_at(version: Release) -> str:
    row = find_row(read_facts("model_names.json")["served"], version)
    assert row is not None
    return str(row["name"])
