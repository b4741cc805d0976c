"""The fields that a release has at a place of a run config, by its models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.models import Field, Kind, config_model, root_model
from stackcfg.releases.providers import provider_spec, resolve_api_name
from stackcfg.releases.versions import Release

PROVIDERS = "providers"
CONFIG = "config"
_HOLDERS = {"dict": str, "list": int}
"""The types with values of one type, and what leads to a value."""

_WORDS = {"str": "string", "int": "integer", "bool": "boolean"}
"""What an editor calls the types of Python."""

TAGS = "tags"
"""The first word of a type made here: the tag of a union, and its words."""


class KnownField(NamedTuple):
    """A field of a model, and the name of the model."""

    field: Field
    model: str


def find_field(data: Any, path: Path, release: Release) -> KnownField | None:
    """Return the field at a path of a run config; None if the release has none."""
    *holder, name = path or ("",)
    if isinstance(name, int):
        return None
    for kind in kinds_at(data, tuple(holder), release):
        model = _model_of(kind)
        if not model:
            continue
        fields = config_model(model, release).fields
        if name in fields:
            return KnownField(fields[name], model)
    return None


def fields_at(data: Any, path: Path, release: Release) -> dict[str, Field]:
    """Return the fields that the mapping at a path can have."""
    found: dict[str, Field] = {}
    kinds = kinds_at(data, path, release)
    for kind in kinds:
        model = _model_of(kind)
        if model:
            found.update(config_model(model, release).fields)
    for kind in kinds:
        if isinstance(kind, list) and kind[0] == TAGS:
            _, tag, *words = kind
            one_of = ["literal", *words]
            found[tag] = Field(tag, tag, one_of, required=True)
    return found


def kinds_at(data: Any, path: Path, release: Release) -> list[Kind]:
    """Return the types that the value at a path can have, without unions."""
    kinds: list[Kind] = [["model", root_model(release).name]]
    for length in range(1, len(path) + 1):
        here = path[:length]
        if _is_provider_config(here):
            kinds = _provider_config(data, here, release)
        else:
            value = as_mapping(value_at(data, here))
            kinds = [*_kinds_below(kinds, here[-1], value, release)]
    return kinds


def _kinds_below(
    kinds: Iterable[Kind],
    part: str | int,
    value: Mapping[Any, Any],
    release: Release,
) -> Iterator[Kind]:
    """Yield the types, without unions, that a value can have inside of
    another one, which has one of `kinds`; `part` leads to it.
    """
    for kind in kinds:
        for inner in _step(kind, part, release):
            yield from _flatten(inner, value, release)


def _is_provider_config(path: Path) -> bool:
    return len(path) == 4 and path[0] == PROVIDERS and path[3] == CONFIG


def _provider_config(data: Any, path: Path, release: Release) -> list[Kind]:
    """Return the model of a provider's config by the type of the provider."""
    provider = as_mapping(value_at(data, path[:-1]))
    kind = str(provider.get("provider_type"))
    api = resolve_api_name(str(path[1]), release)
    spec = provider_spec(api, kind, release)
    if spec is None:
        return []
    return [["model", spec.config]]


def _step(kind: Kind, part: str | int, release: Release) -> Iterator[Kind]:
    """Yield the types below a type: of a field, an item, or a named value."""
    if isinstance(kind, str):
        return
    word = kind[0]
    if word == "model" and isinstance(part, str):
        fields = config_model(kind[1], release).fields
        if part in fields:
            yield fields[part].kind
    elif _HOLDERS.get(word) is type(part):
        yield kind[-1]


def _flatten(kind: Kind, value: Mapping[Any, Any], release: Release) -> Iterator[Kind]:
    """Yield the single types of a type; of tagged models those of the tag."""
    if isinstance(kind, str):
        yield kind
        return
    word, *inner = kind
    if word == "union":
        for each in inner:
            yield from _flatten(each, value, release)
    elif word == "tagged":
        yield from _flatten_tagged(kind, value, release)
    elif word == "bound":
        yield from _flatten(inner[1], value, release)
    else:
        yield kind


def _flatten_tagged(
    kind: Kind, value: Mapping[Any, Any], release: Release
) -> Iterator[Kind]:
    """Yield the member that the tag of a value names, and the tags of all."""
    _, tag, *members = kind
    words: list[str] = []
    for member in members:
        known = _tags_of(_model_of(member), tag, release)
        words += known
        if value.get(tag) in known:
            yield member
    yield [TAGS, tag, *words]


def _tags_of(model: str, tag: str, release: Release) -> list[str]:
    field = config_model(model, release).fields.get(tag)
    if field is None or isinstance(field.kind, str):
        return []
    word, *values = field.kind
    if word != "literal":
        return []
    return list(map(str, values))


def _model_of(kind: Kind) -> str:
    if isinstance(kind, list) and kind[0] == "model":
        return str(kind[1])
    return ""


def describe_field(known: KnownField, release: str) -> str:
    """Return what an editor shows of a field: its type, and whether it must be."""
    field = known.field
    default = field.default
    words = f"**{field.key}**: {describe_kind(field.kind)}"
    if field.required:
        words += ", required"
    elif default is not None and not isinstance(default, dict | list):
        words += f", default `{default}`"
    if field.deprecated:
        words += ", deprecated"
    return f"{words}\n\n`{known.model}` of {release}\n"


def describe_kind(kind: Kind) -> str:
    """Return a type in words."""
    if isinstance(kind, str):
        return _WORDS.get(kind, kind)
    word, *inner = kind
    if word == "literal":
        return " or ".join(f"`{each}`" for each in inner)
    if word == "union":
        return " or ".join(describe_kind(each) for each in inner)
    if word == "bound":
        return describe_kind(inner[1])
    if word == "list":
        return f"list of {describe_kind(inner[0])}"
    return "mapping"
