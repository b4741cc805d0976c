"""The JSON Schema of a run config for a release, for editors and schema
checkers.

Expressions are those of ECMA-262, which all validators take. A number,
boolean or choice may also be a string with a variable in it. What the
server would drop silently, the schema refuses, but for empty lists of
resources.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from stackcfg.releases import models
from stackcfg.releases.families import Target
from stackcfg.releases.introductions import provider_introduction
from stackcfg.releases.providers import apis, provider_spec, provider_types
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import PLACEHOLDER_START
from stackcfg.schema_export.annotations import WORDS, annotate_model, describe_enum
from stackcfg.schema_export.resource_lists import allow_empty_lists
from stackcfg.schema_export.typed_models import typed_model
from stackcfg.validation.config_check import READ_ELSEWHERE
from stackcfg.validation.loader_rewrites import cast_name_key

Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
IDENTIFIER: Final = "urn:stackcfg:schema:"
"""What the `$id` of every schema begins with: a name, no address."""

VARIABLE: Final = PLACEHOLDER_START + r"(:[=+][^}]*)?\}"


def _in_any_case(word: str) -> str:
    """Return an expression for a word in small and capital letters."""
    return "".join(f"[{letter.upper()}{letter}]" for letter in word)


_BOOLEAN_WORDS: Final = ("on", "off", "t", "f", "true", "false", "y", "n", "yes", "no")
_BOOLEANS: Final = "|".join(["0", "1", *map(_in_any_case, _BOOLEAN_WORDS)])
_STRINGS: Final = {
    "integer": {"type": "string", "pattern": rf"{VARIABLE}|^\s*[+-]?[0-9]"},
    "number": {"type": "string", "pattern": rf"{VARIABLE}|^\s*[+-]?[0-9.]"},
    "boolean": {
        "type": "string",
        "pattern": rf"{VARIABLE}|^({_BOOLEANS})$",
    },
}
"""The strings that the server reads as a value of another type."""

_IS_ON: Final = {"type": "string", "minLength": 1, "not": {"const": "__disabled__"}}
"""The `provider_id` of a provider that is on; the config of others is
not checked.
"""


def run_config_schema(target: Target) -> Schema:
    """Return the schema for the last release of a family."""
    release = target.last
    root = models.root_model(release).name
    schema = _model_schema(root, release)
    definitions = schema.pop("$defs")
    providers = _all_providers_schema(release, definitions)
    _finish(schema, root, release)
    _allow_cast_name(schema["properties"], release)
    for name, definition in definitions.items():
        _finish(definition, name, release)
        _require_tag(definition, name, release)
    described = schema["properties"]["providers"].items()
    words = {key: text for key, text in described if key in WORDS}
    schema["properties"] |= {
        "providers": words | providers,
        # Keys that no config model has, but another part of the server reads.
        **{name: {} for name in sorted(READ_ELSEWHERE)},
    }
    about = f"Made from the config models of release {format_release(release)}."
    head = {
        "$schema": DRAFT,
        "$id": f"{IDENTIFIER}run-config-{target.name}",
        "title": f"Run config of Llama Stack (OGX) {target.name}",
        "description": about,
    }
    return head | schema | {"$defs": definitions}


def _all_providers_schema(release: Release, definitions: Schema) -> Schema:
    """Return the schema of `providers`; the configs are added to the
    definitions.
    """
    lists: Schema = {}
    for api in sorted(apis(release)):
        configs: Schema = {}
        for provider_type in provider_types(api, release):
            spec = provider_spec(api, provider_type, release)
            assert spec is not None
            config = _model_schema(spec.config, release)
            definitions |= config.pop("$defs", {})
            definitions[spec.config] = config
            configs[provider_type] = {
                "title": f"Config of {provider_type}",
                "$ref": f"#/$defs/{spec.config}",
            }
        if configs:
            lists[api] = _providers_schema(api, configs, release)
    return {"type": "object", "properties": lists, "additionalProperties": False}


def _finish(schema: Schema, model: str, release: Release) -> None:
    """Make the schema of pydantic what a file may hold and an editor shows."""
    _simplify(schema)
    annotate_model(schema, model, release)
    allow_empty_lists(schema, model, release)


def _allow_cast_name(properties: Schema, release: Release) -> None:
    """Allow a number or boolean where the loader makes it a string."""
    key = cast_name_key(release)
    if key not in properties:
        return
    schema = properties[key]
    words = {word: schema.pop(word) for word in WORDS if word in schema}
    casts = [{"type": "number"}, {"type": "boolean"}]
    properties[key] = {"anyOf": [schema, *casts], **words}


def _model_schema(name: str, release: Release) -> Schema:
    return typed_model(name, release).model_json_schema(mode="validation")


def _providers_schema(api: str, configs: Schema, release: Release) -> Schema:
    """Return the schema of an API's providers by the schemas of their configs."""
    known: Schema = {"enum": list(configs)}
    describe_enum(known, lambda name: provider_introduction(api, name, release))
    # Editors offer the known types; an external provider can have any.
    hint = {
        "type": "object",
        "properties": {"provider_type": {"anyOf": [known, {"type": "string"}]}},
    }
    cases = [_provider_case(*each) for each in configs.items()]
    items = {"$ref": "#/$defs/Provider", "allOf": [hint, *cases]}
    return {"title": f"Providers of {api}", "type": "array", "items": items}


def _provider_case(provider_type: str, config: Schema) -> Schema:
    """Return the condition that gives an enabled provider its type's config."""
    has_type = {
        "type": "object",
        "properties": {"provider_type": {"const": provider_type}},
        "required": ["provider_type"],
    }
    is_on = {"type": "object", "properties": {"provider_id": _IS_ON}}
    return {
        "if": {"allOf": [has_type, is_on]},
        "then": {"type": "object", "properties": {"config": config}},
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
    """Require the `type` of a member of a tagged union, even if it has
    a default.
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
