"""Describe the config models of the release that this Python can import, as JSON on standard output.

Run with the Python of an environment that holds a release of Llama Stack (or OGX). Nothing is started: the config
models and the config class of every provider are imported and their pydantic fields walked.
"""

from __future__ import annotations

import ast
import enum
import importlib
import importlib.util
import json
import logging
import os
import types
import typing
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
_OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the packages write to standard output as well

from pydantic import AnyUrl, BaseModel, HttpUrl, SecretStr  # noqa: E402
from pydantic.aliases import AliasChoices, AliasPath  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402

_TYPE_ALIAS: Any = getattr(typing, "TypeAliasType", None)  # Python 3.12 and later

BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "multiple_of")


def first(*names: str) -> Any:
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            last = error
    raise last


def model_type(
    annotation: Any,
    metadata: tuple[Any, ...],
    seen: dict[str, Any],
    discriminator: str = "",
) -> Any:
    """A type as JSON: a word, or a list whose first item says what the rest is."""
    if _TYPE_ALIAS is not None and isinstance(annotation, _TYPE_ALIAS):
        return model_type(annotation.__value__, metadata, seen, discriminator)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        inner = next(
            (
                each.discriminator
                for each in arguments[1:]
                if getattr(each, "discriminator", None)
            ),
            "",
        )
        return model_type(
            arguments[0], (*metadata, *arguments[1:]), seen, inner or discriminator
        )
    if origin in (typing.Union, types.UnionType):
        members = [model_type(each, (), seen) for each in arguments]
        if discriminator:
            return [
                "tagged",
                str(discriminator),
                *[m for m in members if m != "none"],
                *(["none"] if "none" in members else []),
            ]
        plain = ["union", *members]
        bound = bounds(metadata)
        return ["bound", bound, plain] if bound else plain
    if origin in (list, set, tuple, frozenset):
        result: Any = [
            "list",
            model_type(arguments[0], (), seen) if arguments else "any",
        ]
    elif origin is dict:
        result = [
            "dict",
            model_type(arguments[1], (), seen) if len(arguments) == 2 else "any",
        ]
        key = model_type(arguments[0], (), seen) if arguments else "str"
        if key != "str":
            result.append(key)
    elif origin is typing.Literal:
        result = [
            "literal",
            *[
                each.value if isinstance(each, enum.Enum) else each
                for each in arguments
            ],
        ]
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        result = ["literal", *[each.value for each in annotation]]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        result = ["model", describe_model(annotation, seen)]
    elif isinstance(annotation, type) and issubclass(annotation, SecretStr):
        result = "secret"
    elif annotation is HttpUrl or (
        isinstance(annotation, type) and issubclass(annotation, AnyUrl)
    ):
        result = "url"
    else:
        names = {
            str: "str",
            int: "int",
            float: "float",
            bool: "bool",
            type(None): "none",
            Any: "any",
            dict: "dict",
            list: "list",
        }
        result = names.get(annotation)
        if result is None:
            name = getattr(annotation, "__name__", str(annotation))
            if name in ("Path", "FilePath", "DirectoryPath"):
                result = "path"
            elif hasattr(annotation, "__dataclass_fields__"):
                result = "any"
            else:
                result = "?" + str(annotation)
    bound = bounds(metadata)
    if bound:
        return ["bound", bound, result]
    return result


def bounds(metadata: tuple[Any, ...]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for each in metadata:
        inner = getattr(each, "metadata", None)
        if inner:
            result.update(bounds(tuple(inner)))
        for name in BOUNDS:
            value = getattr(each, name, None)
            if value is not None and not callable(value):
                result[name] = value
        kind = type(each).__name__
        if kind in (
            "BeforeValidator",
            "AfterValidator",
            "WrapValidator",
            "PlainValidator",
        ):
            result["validator"] = getattr(each.func, "__name__", str(each.func))
        if kind == "Strict":
            result["strict"] = True
    return result


def describe_model(model: type[BaseModel], seen: dict[str, Any]) -> str:
    name = f"{model.__module__}.{model.__qualname__}"
    if name in seen:
        return name
    entry: dict[str, Any] = {"fields": {}}
    seen[name] = entry
    extra = model.model_config.get("extra")
    if extra in ("allow", "forbid"):
        entry["extra"] = extra
    if model.model_config.get("strict"):
        entry["strict"] = True
    decorators = getattr(model, "__pydantic_decorators__", None)
    if decorators:
        checks = {
            key: f"{value.info.mode} {','.join(getattr(value.info, 'fields', ()) or ())}".strip()
            for group in (decorators.model_validators, decorators.field_validators)
            for key, value in group.items()
        }
        if checks:
            entry["checks"] = checks
        if "validate_model" in checks:
            entry["permits"] = {"validate_model": permitted_models(model)}
    by_name = model.model_config.get("populate_by_name") or model.model_config.get(
        "validate_by_name"
    )
    for field, info in model.model_fields.items():
        alias = info.validation_alias or info.alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        names = [
            each.path[0] if isinstance(each, AliasPath) else each
            for each in choices
            if each is not None
        ]
        keys = [*names, field] if by_name or not names else names
        spec: dict[str, Any] = {
            "type": model_type(
                info.annotation,
                tuple(info.metadata),
                seen,
                str(info.discriminator or ""),
            )
        }
        if info.is_required():
            spec["required"] = True
        elif info.default is not PydanticUndefined and info.default is not None:
            value = info.default
            value = value.value if isinstance(value, enum.Enum) else value
            if isinstance(value, str):
                spec["default"] = value.replace(str(Path.home()), "~")
            elif isinstance(value, int | float):
                spec["default"] = value
            elif isinstance(value, BaseModel) and {"backend"} <= value.model_fields_set:
                spec["default"] = value.model_dump(mode="json", exclude_unset=True)
        if info.deprecated:
            spec["deprecated"] = True
        if keys != [field]:
            spec["names"] = keys
        entry["fields"][field] = spec
    return name


def permitted_models(model: type[BaseModel]) -> list[str]:
    """The names of Llama models that the validator `validate_model` lets through: descriptors and repositories."""
    known = model.validate_model.__func__.__globals__["supported_inference_models"]()  # type: ignore[attr-defined]
    return sorted(
        {each.descriptor() for each in known}
        | {each.huggingface_repo for each in known}
    )


def table(name: str, *modules: str) -> list[str] | None:
    """The first words of the rows of a table in the first of these modules that there is; none when it has none.

    Read from the text of the module, whose import needs other packages than the config models do.
    """
    for module in modules:
        try:
            spec = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            continue
        if spec is not None and spec.origin:
            for each in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
                if (
                    isinstance(each, ast.Assign)
                    and ast.unparse(each.targets[0]) == name
                ):
                    rows: list[Any] = each.value.elts  # type: ignore[attr-defined]
                    return [
                        ast.literal_eval(
                            row.elts[0] if isinstance(row, ast.Tuple) else row
                        )
                        for row in rows
                    ]
            return None
    raise LookupError(f"none of {modules}")


def main() -> None:
    root = next(
        name for name in ("ogx", "llama_stack") if importlib.util.find_spec(name)
    )
    types_ = first(f"{root}.core.datatypes", f"{root}.distribution.datatypes")
    dist = first(f"{root}.core.distribution", f"{root}.distribution.distribution")
    model = getattr(types_, "StackRunConfig", None) or types_.StackConfig
    seen: dict[str, Any] = {}
    result: dict[str, Any] = {
        "models": seen,
        "root": describe_model(model, seen),
        "providers": {},
    }
    try:
        registry = dist.get_provider_registry()
    except TypeError:
        registry = dist.get_provider_registry(None)
    for api, specs in registry.items():
        for kind, spec in specs.items():
            entry: dict[str, Any] = {
                "requires": sorted(each.value for each in spec.api_dependencies)
            }
            for word in ("deprecation_error", "deprecation_warning"):
                if getattr(spec, word, None):
                    entry[word] = getattr(spec, word)
            try:
                module, name = spec.config_class.rsplit(".", 1)
                config = getattr(importlib.import_module(module), name)
                if isinstance(config, type) and issubclass(config, BaseModel):
                    entry["config"] = describe_model(config, seen)
                else:
                    entry["config"] = None
                    entry["class"] = str(config)
            except Exception as error:
                entry["failed"] = f"{type(error).__name__}: {error}"
            result["providers"][f"{api.value} {kind}"] = entry
    result["apis"] = [each.value for each in types_.Api]
    result["routed"] = [
        [each.routing_table_api.value, each.router_api.value]
        for each in dist.builtin_automatically_routed_apis()
    ]
    stack = (f"{root}.core.stack", f"{root}.distribution.stack")
    result["resources"] = table("RESOURCES", *stack)
    result["resource_ids"] = table("RESOURCE_ID_FIELDS", *stack) or []
    json.dump(result, _OUT, default=str)


main()
