"""The JSON Schema of a whole run config for a release: for editors, check-jsonschema, and everyone else who asks.

Made from the typed models. A number, boolean or choice may also be a text with a variable in it; what the server would
drop without a word, the schema refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from stackcfg.releases import models as config_models
from stackcfg.releases.families import Target
from stackcfg.releases.providers import apis, provider_spec, provider_types
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import PLACEHOLDER_START
from stackcfg.schema_export.typed_models import typed_model
from stackcfg.validation.config_check import READ_ELSEWHERE

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
VARIABLE: Final = PLACEHOLDER_START + r"(:[=+][^}]*)?\}"
_SHOWN: Final = {
    "integer": {"type": "string", "pattern": rf"{VARIABLE}|^\s*[+-]?[0-9]"},
    "number": {"type": "string", "pattern": rf"{VARIABLE}|^\s*[+-]?[0-9.]"},
    "boolean": {
        "type": "string",
        "pattern": rf"(?i){VARIABLE}|^(0|1|on|off|t|f|true|false|y|n|yes|no)$",
    },
}


def run_config_schema(target: Target) -> dict[str, Any]:
    """The schema for the last release of a family."""
    version = target.last
    root = config_models.root_model(version).name
    schema = typed_model(root, version).model_json_schema(mode="validation")
    definitions = schema.pop("$defs")
    for api, kind in _providers(version):
        config = provider_spec(api, kind, version)
        inner = typed_model(config.config if config else "", version).model_json_schema(
            mode="validation"
        )
        definitions |= inner.pop("$defs", {})
        definitions[inner["title"]] = inner
    schema["properties"]["providers"] = _provider_lists(version)
    schema["properties"] |= {name: {} for name in sorted(READ_ELSEWHERE)}
    _tidy(schema)
    for name, definition in definitions.items():
        _tidy(definition)
        _demand_tags(definition, name, version)
    title = f"Run config of Llama Stack (OGX) {target.name}"
    about = f"Made from the config models of release {format_release(version)}."
    return {
        "$schema": DRAFT,
        "title": title,
        "description": about,
        **_without(schema, "title"),
        "$defs": definitions,
    }


def _without(schema: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in keys}


def _providers(version: Release) -> Iterator[tuple[str, str]]:
    for api in sorted(apis(version)):
        for kind in provider_types(api, version):
            yield api, kind


def _provider_lists(version: Release) -> dict[str, Any]:
    """`providers`: a list for each API, whose items have the config of their type."""
    lists: dict[str, Any] = {}
    for api in sorted(apis(version)):
        kinds = provider_types(api, version)
        if kinds:
            cases = [_case(api, kind, version) for kind in kinds]
            hint = {"properties": {"provider_type": {"examples": list(kinds)}}}
            lists[api] = {
                "type": "array",
                "items": {"$ref": "#/$defs/Provider", "allOf": [hint, *cases]},
            }
    return {"type": "object", "properties": lists, "additionalProperties": False}


def _case(api: str, kind: str, version: Release) -> dict[str, Any]:
    spec = provider_spec(api, kind, version)
    assert spec is not None
    on = {
        "properties": {
            "provider_id": {
                "type": "string",
                "minLength": 1,
                "not": {"const": "__disabled__"},
            }
        }
    }
    here = {
        "properties": {"provider_type": {"const": kind}},
        "required": ["provider_type"],
    }
    return {
        "if": {"allOf": [here, on]},
        "then": {"properties": {"config": {"$ref": f"#/$defs/{spec.config}"}}},
    }


def _tidy(schema: Any) -> None:
    """Drop what says nothing, and let a variable stand wherever a value may."""
    if not isinstance(schema, dict):
        return
    for key in ("title", "format", "writeOnly", "maxLength"):
        schema.pop(key, None)
    if schema.get("default", "") is None:
        del schema["default"]
    for inner in _inner(schema):
        _tidy(inner)
    kind = schema.get("type")
    if kind in _SHOWN:
        limits = {
            key: schema.pop(key)
            for key in ("minimum", "maximum", "exclusiveMinimum")
            if key in schema
        }
        del schema["type"]
        schema["anyOf"] = [{"type": kind, **limits}, _SHOWN[kind]]
    elif "enum" in schema:
        choices = schema.pop("enum")
        schema.pop("type", None)
        schema["anyOf"] = [{"enum": choices}, {"type": "string", "pattern": VARIABLE}]
    elif "const" in schema:
        schema.pop("type", None)
        schema["anyOf"] = [
            {"const": schema.pop("const")},
            {"type": "string", "pattern": VARIABLE},
        ]


def _inner(schema: dict[str, Any]) -> Iterator[Any]:
    """The schemas inside a schema; conditions (`if`) stay as they are."""
    yield from schema.get("properties", {}).values()
    for key in ("anyOf", "allOf", "oneOf"):
        yield from schema.get(key, ())
    for key in ("items", "additionalProperties", "then"):
        yield schema.get(key)


def _demand_tags(definition: dict[str, Any], name: str, version: Release) -> None:
    """Members of a tagged union are told apart by their `type`, which must be there although it has a default."""
    field = config_models.config_model(name, version).fields.get("type")
    if (
        field is not None
        and name in _tagged(version)
        and "type" not in definition.get("required", ())
    ):
        definition["required"] = ["type", *definition.get("required", ())]


@cache
def _tagged(version: Release) -> frozenset[str]:
    """The models that are members of a tagged union in a release."""
    return frozenset(
        member[1]
        for name in config_models.model_names(version)
        for field in config_models.config_model(name, version).fields.values()
        for union in _unions(field.kind)
        for member in union[2:]
        if isinstance(member, list)
    )


def _unions(kind: Any) -> Iterator[Any]:
    if isinstance(kind, list):
        if kind[0] == "tagged":
            yield kind
        for each in kind[1:]:
            yield from _unions(each)
