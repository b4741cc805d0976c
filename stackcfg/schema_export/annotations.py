"""What an editor shows of a schema: descriptions, and the releases that
brought a key or a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from stackcfg.releases.field_descriptions import field_description
from stackcfg.releases.introductions import key_introduction, value_introduction
from stackcfg.releases.models import Field, config_model
from stackcfg.releases.versions import Release, format_release

Schema = dict[str, Any]
Introduction = Callable[[Any], Release | None]

WORDS = ("description", "markdownDescription")
"""The keywords for texts about a schema."""

VALUE_NOTES = "markdownEnumDescriptions"
"""The keyword for a text about each value of `enum`, in their order."""


def annotate_model(schema: Schema, model: str, release: Release) -> None:
    """Describe the properties of a model's schema, and their values."""
    fields = config_model(model, release).fields
    for key, inner in schema.get("properties", {}).items():
        field = fields.get(key)
        if field is not None:
            _describe_key(inner, model, field, release)
            _describe_values(inner, model, field, release)


def describe_enum(schema: Schema, introduction: Introduction) -> None:
    """Say of each value of an `enum` which release brought it."""
    notes = [_since(introduction(value)) for value in schema["enum"]]
    if any(notes):
        schema[VALUE_NOTES] = notes


def _describe_key(schema: Schema, model: str, field: Field, release: Release) -> None:
    text = field_description(model, field.name, release)
    since = _since(key_introduction(model, field.key, release))
    if text:
        schema["description"] = text
    if since:
        schema["markdownDescription"] = "\n\n".join(filter(None, [text, since]))


def _describe_values(
    schema: Schema, model: str, field: Field, release: Release
) -> None:
    for enum in _enums_in(schema):
        describe_enum(
            enum, lambda value: value_introduction(model, field.name, value, release)
        )


def _enums_in(schema: Any) -> Iterator[Schema]:
    """Yield the schemas with `enum` in a property's schema."""
    if not isinstance(schema, dict):
        return
    if "enum" in schema:
        yield schema
    for key in ("anyOf", "oneOf"):
        for choice in schema.get(key, ()):
            yield from _enums_in(choice)
    for key in ("items", "additionalProperties"):
        yield from _enums_in(schema.get(key))


def _since(release: Release | None) -> str:
    if release is None:
        return ""
    return f"Since {format_release(release)}."
