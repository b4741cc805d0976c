"""A release's config models as pydantic classes, made from the facts: the source of the JSON Schemas in `schemas/`.

`model_check` says the same without pydantic, which is slow to load; a test holds the two against each other.
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

from stackcfg.releases import models as config_models
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


@cache
def typed_model(name: str, version: Release) -> type[BaseModel]:
    """The pydantic class of a config model in a release; what the server would drop, it refuses."""
    shape = config_models.config_model(name, version)
    keys: dict[str, list[str]] = {}
    for key, field in shape.fields.items():
        keys.setdefault(field.name, []).append(key)
    fields: Any = {
        f"field_{index}": (
            _annotation(shape.fields[found[0]].kind, version),
            _info(found, shape.fields[found[0]]),
        )
        for index, found in enumerate(keys.values())
    }
    return create_model(
        name, __config__=ConfigDict(extra="allow" if shape.open else "forbid"), **fields
    )


def _info(keys: list[str], field: config_models.Field) -> FieldInfo:
    alias: Any = keys[0] if len(keys) == 1 else AliasChoices(*keys)
    default: Any = ... if field.required else field.default
    info: FieldInfo = Field(default, validation_alias=alias)
    if field.deprecated:
        info.deprecated = True
    return info


def _annotation(kind: Kind, version: Release) -> Any:
    """A type of the facts as an annotation."""
    if isinstance(kind, str):
        return _PLAIN[kind]
    word, *rest = kind
    if word == "model":
        return typed_model(rest[0], version)
    if word == "list":
        return list[_annotation(rest[0], version)]  # type: ignore[misc]
    if word == "dict":
        return dict[str, _annotation(rest[0], version)]  # type: ignore[misc]
    if word == "literal":
        return Literal[tuple(rest)]
    if word == "bound":
        limits = {
            rule: limit
            for rule, limit in rest[0].items()
            if rule not in ("validator", "strict")
        }
        return Annotated[_annotation(rest[1], version), Field(**limits)]
    if word == "tagged":
        rest = rest[1:]
    members = [_annotation(each, version) for each in rest]
    return Union[tuple(members)]  # noqa: UP007
