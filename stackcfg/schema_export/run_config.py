"""The JSON Schema of a run config for a release, for editors and schema
checkers.

A number, boolean or choice may also be a string with a variable in it. What the
server would drop silently, the schema refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from stackcfg.releases import models
from stackcfg.releases.families import Target
from stackcfg.releases.providers import apis, provider_spec, provider_types
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import PLACEHOLDER_START
from stackcfg.schema_export.typed_models import typed_model
from stackcfg.validation.config_check import READ_ELSEWHERE

Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
VARIABLE: Final = PLACEHOLDER_START + r"(:[=+][^}]*)?\}"
_STRINGS: Final = {
    "integer": {"type": "string", "pattern": rf"{VARIABLE}|^\s*[+-]?[0-9]"},
    "number": {"type": "string", "pattern": rf"{VARIABLE}|^\s*[+-]?[0-9.]"},
    "boolean": {
        "type": "string",
        "pattern": rf"(?i){VARIABLE}|^(0|1|on|off|t|f|true|false|y|n|yes|no)$",
    },
}
"""The strings that the server reads as a value of another type."""

_IS_ON: Final = {"type": "string", "minLength": 1, "not": {"const": "__disabled__"}}
"""The `provider_id` of a provider that is on; the config of others is not
checked.
"""


def run_config_schema(target: Target) -> Schema:
    """Return the schema for the last release of a family."""
    release = target.last
    schema = _model_schema(models.root_model(release).name, release)
    definitions = schema.pop("$defs")
    lists: Schema = {}
    for api in sorted(apis(release)):
        configs: Schema = {}
        for provider_type in provider_types(api, release):
            spec = provider_spec(api, provider_type, release)
            assert spec is not None
            config = _model_schema(spec.config, release)
            definitions |= config.pop("$defs", {})
            definitions[spec.config] = config
            configs[provider_type] = {"$ref": f"#/$defs/{spec.config}"}
        if configs:
            lists[api] = _providers_schema(configs)
    schema["properties"] |= {
        "providers": {
            "type": "object",
            "properties": lists,
            "additionalProperties": False,
        },
        # Keys that no config model has, but another part of the server reads.
        **{name: {} for name in sorted(READ_ELSEWHERE)},
    }
    _simplify(schema)
    for name, definition in definitions.items():
        _simplify(definition)
        _require_tag(definition, name, release)
    about = f"Made from the config models of release {format_release(release)}."
    head = {
        "$schema": DRAFT,
        "title": f"Run config of Llama Stack (OGX) {target.name}",
        "description": about,
    }
    return head | schema | {"$defs": definitions}


def _model_schema(name: str, release: Release) -> Schema:
    return typed_model(name, release).model_json_schema(mode="validation")


def _providers_schema(configs: Schema) -> Schema:
    """Return the schema of an API's providers by the schemas of their configs."""
    # Editors offer the examples; an external provider can have any type.
    hint = {"properties": {"provider_type": {"examples": list(configs)}}}
    cases = [_provider_case(*each) for each in configs.items()]
    items = {"$ref": "#/$defs/Provider", "allOf": [hint, *cases]}
    return {"type": "array", "items": items}


def _provider_case(provider_type: str, config: Schema) -> Schema:
    """Return the condition that gives an enabled provider its type's config."""
    has_type = {
        "properties": {"provider_type": {"const": provider_type}},
        "required": ["provider_type"],
    }
    is_on = {"properties": {"provider_id": _IS_ON}}
    return {
        "if": {"allOf": [has_type, is_on]},
        "then": {"properties": {"config": config}},
    }


def _simplify(schema: Any) -> None:
    """Remove what says nothing, and allow a variable wherever a value can be."""
    if not isinstance(schema, dict):
        return
    # Pydantic writes these for passwords and URLs; a variable has no such form.
    for key in ("title", "format", "writeOnly", "maxLength"):
        schema.pop(key, None)
    if schema.get("default", "") is None:
        del schema["default"]
    for inner in _inner_schemas(schema):
        _simplify(inner)
    value_type = schema.get("type")
    if value_type in _STRINGS:
        keys = ("type", "minimum", "maximum", "exclusiveMinimum")
        _allow_string(schema, keys, _STRINGS[value_type])
    for key in ("enum", "const"):
        if key in schema:
            schema.pop("type", None)
            _allow_string(schema, (key,), {"type": "string", "pattern": VARIABLE})


def _allow_string(
    schema: Schema, keys: tuple[str, ...], string: dict[str, str]
) -> None:
    """Move what a schema asks for under these keys into one of two choices."""
    value = {key: schema.pop(key) for key in keys if key in schema}
    schema["anyOf"] = [value, string]


def _inner_schemas(schema: Schema) -> Iterator[Any]:
    """Yield the schemas inside a schema, but for conditions (`if`)."""
    yield from schema.get("properties", {}).values()
    for key in ("anyOf", "allOf", "oneOf"):
        yield from schema.get(key, ())
    for key in ("items", "additionalProperties", "then"):
        yield schema.get(key)


def _require_tag(definition: Schema, name: str, release: Release) -> None:
    """Require the `type` of a member of a tagged union, even if it has a
    default.
    """
    required = definition.get("required", [])
    fields = models.config_model(name, release).fields
    if "type" in required or "type" not in fields:
        return
    if name in _tagged_models(release):
        definition["required"] = ["type", *required]


@cache
def _tagged_models(release: Release) -> frozenset[str]:
    """Return the models that are members of a tagged union."""
    found: set[str] = set()
    for name in models.model_names(release):
        fields = models.config_model(name, release).fields
        for field in fields.values():
            for union in _tagged_unions(field.kind):
                found.update(member[1] for member in union[2:])
    return frozenset(found)


def _tagged_unions(kind: Any) -> Iterator[Any]:
    if not isinstance(kind, list):
        return
    if kind[0] == "tagged":
        yield kind
    for part in kind[1:]:
        yield from _tagged_unions(part)
