"""A release's config models as pydantic classes, made from the facts of
the release.

`validation.model_check` says the same without pydantic, which is slow
to load; a test holds the two against each other.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    create_model,
)
from pydantic.fields import FieldInfo

from stackcfg.releases import models
from stackcfg.releases.models import Kind
from stackcfg.releases.versions import Release

_PLAIN: Final[dict[str, Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "none": type(None),
    "any": Any,
    "dict": dict[str, Any],
    "list": list[Any],
    "secret": SecretStr,
    "url": HttpUrl,
    "path": Path,
}
_NOT_LIMITS: Final = ("validator", "strict")
"""Bounds of the facts that JSON Schema cannot express."""


@cache
def typed_model(name: str, release: Release) -> type[BaseModel]:
    """Return the pydantic class of a config model; dropped keys are refused."""
    shape = models.config_model(name, release)
    keys_by_field: dict[str, list[str]] = {}
    for key, field in shape.fields.items():
        keys_by_field.setdefault(field.name, []).append(key)
    fields: Any = {}
    for index, keys in enumerate(keys_by_field.values()):
        field = shape.fields[keys[0]]
        annotation = _annotation(field.kind, release)
        # A field cannot be called by its key: pydantic refuses some names.
        fields[f"field_{index}"] = (annotation, _field_info(keys, field))
    config = ConfigDict(extra="forbid")
    if shape.open:
        config = ConfigDict(extra="allow")
    return create_model(name, __config__=config, **fields)


def _field_info(keys: list[str], field: models.Field) -> FieldInfo:
    alias: Any = AliasChoices(*keys)
    if len(keys) == 1:
        alias = keys[0]
    default: Any = field.default
    if field.required:
        default = ...
    info: FieldInfo = Field(default, validation_alias=alias)
    if field.deprecated:
        info.deprecated = True
    return info


def _annotation(kind: Kind, release: Release) -> Any:
    """Return a type of the facts as an annotation."""
    if isinstance(kind, str):
        return _PLAIN[kind]
    word, *arguments = kind
    if word == "model":
        return typed_model(arguments[0], release)
    if word == "literal":
        return Literal[tuple(arguments)]
    if word == "list":
        return list[_annotation(arguments[0], release)]  # type: ignore[misc]
    if word == "dict":
        return dict[str, _annotation(arguments[0], release)]  # type: ignore[misc]
    if word == "bound":
        inner = _annotation(arguments[1], release)
        return Annotated[inner, _limits_of(arguments[0])]
    if word == "tagged":
        # Pydantic need not know the name of the tag, which comes first.
        del arguments[0]
    members = [_annotation(member, release) for member in arguments]
    return Union[tuple(members)]  # noqa: UP007


def _limits_of(bounds: dict[str, Any]) -> Any:
    limits = {key: bounds[key] for key in bounds if key not in _NOT_LIMITS}
    return Field(**limits)
