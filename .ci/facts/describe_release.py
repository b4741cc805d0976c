"""Describe the config models of an installed release, as JSON on standard output.

Run with the Python of an environment that has a release of Llama Stack or OGX, and
nothing of this project: the file stands alone. It imports the config models and the
config class of every provider, and starts nothing.
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

BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "multiple_of")
VALIDATORS = ("BeforeValidator", "AfterValidator", "WrapValidator", "PlainValidator")
PATHS = ("Path", "FilePath", "DirectoryPath")
WORDS: dict[Any, str] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    type(None): "none",
    Any: "any",
    dict: "dict",
    list: "list",
}
TYPE_ALIAS: Any = getattr(typing, "TypeAliasType", ())  # Python 3.12 and later

Models = dict[str, Any]
"""The descriptions of all models that were met, by module and class name."""


def describe_type(
    annotation: Any, metadata: tuple[Any, ...], models: Models, discriminator: str = ""
) -> Any:
    """Return a type as JSON: a word, or a list whose first item says what it is."""
    while isinstance(annotation, TYPE_ALIAS):
        annotation = annotation.__value__
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        named = [each for each in more if getattr(each, "discriminator", None)]
        if named:
            discriminator = named[0].discriminator
        return describe_type(inner, (*metadata, *more), models, discriminator)
    result = describe_plain_type(annotation, models, discriminator)
    bound = describe_bounds(metadata)
    if bound and result[0] != "tagged":
        return ["bound", bound, result]
    return result


def describe_plain_type(annotation: Any, models: Models, discriminator: str) -> Any:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return describe_union(arguments, models, discriminator)
    if origin in (list, set, tuple, frozenset):
        return ["list", describe_argument(arguments, 0, models, "any")]
    if origin is dict:
        key = describe_argument(arguments, 0, models, "str")
        found = ["dict", describe_argument(arguments, 1, models, "any")]
        return found if key == "str" else [*found, key]
    if origin is typing.Literal:
        return ["literal", *map(plain_value, arguments)]
    if isinstance(annotation, type):
        return describe_class(annotation, models)
    return WORDS.get(annotation) or "?" + str(annotation)


def describe_argument(
    arguments: tuple[Any, ...], index: int, models: Models, default: str
) -> Any:
    if index >= len(arguments):
        return default
    return describe_type(arguments[index], (), models)


def describe_union(
    arguments: tuple[Any, ...], models: Models, discriminator: str
) -> list[Any]:
    members = [describe_type(each, (), models) for each in arguments]
    if not discriminator:
        return ["union", *members]
    tagged = [member for member in members if member != "none"]
    if "none" in members:
        tagged.append("none")
    return ["tagged", str(discriminator), *tagged]


def describe_class(annotation: type, models: Models) -> Any:
    if issubclass(annotation, enum.Enum):
        return ["literal", *[each.value for each in annotation]]
    if issubclass(annotation, BaseModel):
        return ["model", describe_model(annotation, models)]
    if issubclass(annotation, SecretStr):
        return "secret"
    if annotation is HttpUrl or issubclass(annotation, AnyUrl):
        return "url"
    if annotation in WORDS:
        return WORDS[annotation]
    if annotation.__name__ in PATHS:
        return "path"
    if hasattr(annotation, "__dataclass_fields__"):
        return "any"
    return "?" + str(annotation)


def plain_value(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return value


def describe_bounds(metadata: tuple[Any, ...]) -> dict[str, Any]:
    """Return the limits, validators and strictness in the metadata of a type."""
    result: dict[str, Any] = {}
    for each in metadata:
        inner = getattr(each, "metadata", None)
        if inner:
            result.update(describe_bounds(tuple(inner)))
        for name in BOUNDS:
            value = getattr(each, name, None)
            if value is not None and not callable(value):
                result[name] = value
        kind = type(each).__name__
        if kind in VALIDATORS:
            result["validator"] = getattr(each.func, "__name__", str(each.func))
        if kind == "Strict":
            result["strict"] = True
    return result


def describe_model(model: type[BaseModel], models: Models) -> str:
    """Describe a model and those in its fields; return its module and class name."""
    name = f"{model.__module__}.{model.__qualname__}"
    if name in models:
        return name
    entry: dict[str, Any] = {"fields": {}}
    # entered before its fields are described, since a model may contain itself
    models[name] = entry
    config = model.model_config
    if config.get("extra") in ("allow", "forbid"):
        entry["extra"] = config.get("extra")
    if config.get("strict"):
        entry["strict"] = True
    checks = describe_checks(model)
    if checks:
        entry["checks"] = checks
    if "validate_model" in checks:
        entry["permits"] = {"validate_model": permitted_models(model)}
    by_name = config.get("populate_by_name") or config.get("validate_by_name")
    for field, info in model.model_fields.items():
        spec = describe_field(info, models)
        keys = keys_of(field, info, bool(by_name))
        if keys != [field]:
            spec["names"] = keys
        entry["fields"][field] = spec
    return name


def describe_checks(model: type[BaseModel]) -> dict[str, str]:
    """Return the hand-written validators of a model by name: their mode and fields."""
    decorators = getattr(model, "__pydantic_decorators__", None)
    if not decorators:
        return {}
    checks: dict[str, str] = {}
    for group in (decorators.model_validators, decorators.field_validators):
        for key, value in group.items():
            fields = ",".join(getattr(value.info, "fields", ()) or ())
            checks[key] = f"{value.info.mode} {fields}".strip()
    return checks


def permitted_models(model: type[BaseModel]) -> list[str]:
    """Return the Llama models that `validate_model` accepts: names and repositories."""
    validator: Any = model.validate_model  # type: ignore[attr-defined]
    known = validator.__func__.__globals__["supported_inference_models"]()
    names = {each.descriptor() for each in known}
    return sorted(names | {each.huggingface_repo for each in known})


def describe_field(info: Any, models: Models) -> dict[str, Any]:
    discriminator = str(info.discriminator or "")
    metadata = tuple(info.metadata)
    spec = {"type": describe_type(info.annotation, metadata, models, discriminator)}
    default = plain_value(info.default)
    if info.is_required() or not can_make_default(info):
        spec["required"] = True
    elif isinstance(default, str):
        spec["default"] = default.replace(str(Path.home()), "~")
    elif isinstance(default, int | float):
        spec["default"] = default
    elif isinstance(default, BaseModel) and "backend" in default.model_fields_set:
        spec["default"] = default.model_dump(mode="json", exclude_unset=True)
    if info.deprecated:
        spec["deprecated"] = True
    if info.description:
        spec["description"] = " ".join(info.description.split())
    return spec


def can_make_default(info: Any) -> bool:
    """Return whether a field gets its default: `typing.Dict` makes no dict."""
    return not hasattr(info.default_factory, "__origin__")


def keys_of(field: str, info: Any, by_name: bool) -> list[Any]:
    """Return the keys that a file may use for a field: its aliases, or its name."""
    alias = info.validation_alias or info.alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    names: list[Any] = []
    for choice in choices:
        if isinstance(choice, AliasPath):
            names.append(choice.path[0])
        elif choice is not None:
            names.append(choice)
    if by_name or not names:
        names.append(field)
    return names


def describe_provider(spec: Any, models: Models) -> dict[str, Any]:
    requires = sorted(each.value for each in spec.api_dependencies)
    entry: dict[str, Any] = {"requires": requires}
    for word in ("deprecation_error", "deprecation_warning"):
        if getattr(spec, word, None):
            entry[word] = getattr(spec, word)
    try:
        module, name = spec.config_class.rsplit(".", 1)
        config = getattr(importlib.import_module(module), name)
        if isinstance(config, type) and issubclass(config, BaseModel):
            entry["config"] = describe_model(config, models)
        else:
            entry["config"] = None
            entry["class"] = str(config)
    # whatever a package raises when it is imported is part of its description
    except Exception as error:
        entry["failed"] = f"{type(error).__name__}: {error}"
    return entry


def read_table(name: str, *modules: str) -> list[str] | None:
    """Return the first words of a table's rows, from the first module that exists.

    Return None if that module has no such table. It is read from the module's text,
    since importing it needs more packages than the config models do.
    """
    for module in modules:
        try:
            spec = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            continue
        if spec is not None and spec.origin:
            return read_table_in(name, Path(spec.origin))
    raise LookupError(f"none of {modules}")


def read_table_in(name: str, path: Path) -> list[str] | None:
    for each in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == name:
            rows: list[Any] = each.value.elts  # type: ignore[attr-defined]
            words = [row.elts[0] if isinstance(row, ast.Tuple) else row for row in rows]
            return [ast.literal_eval(word) for word in words]
    return None


def import_first(*names: str) -> Any:
    """Import the first module that exists."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            last = error
    raise last


def main() -> None:
    roots = [name for name in ("ogx", "llama_stack") if importlib.util.find_spec(name)]
    root = roots[0]
    datatypes = import_first(f"{root}.core.datatypes", f"{root}.distribution.datatypes")
    distribution = import_first(
        f"{root}.core.distribution", f"{root}.distribution.distribution"
    )
    models: Models = {}
    model = getattr(datatypes, "StackRunConfig", None) or datatypes.StackConfig
    result: dict[str, Any] = {"models": models, "root": describe_model(model, models)}
    try:
        registry = distribution.get_provider_registry()
    except TypeError:
        registry = distribution.get_provider_registry(None)
    providers: dict[str, Any] = {}
    for api, specs in registry.items():
        for kind, spec in specs.items():
            providers[f"{api.value} {kind}"] = describe_provider(spec, models)
    result["providers"] = providers
    result["apis"] = [each.value for each in datatypes.Api]
    result["routed"] = [
        [each.routing_table_api.value, each.router_api.value]
        for each in distribution.builtin_automatically_routed_apis()
    ]
    stack = (f"{root}.core.stack", f"{root}.distribution.stack")
    result["resources"] = read_table("RESOURCES", *stack)
    result["resource_ids"] = read_table("RESOURCE_ID_FIELDS", *stack) or []
    json.dump(result, _OUT, default=str)


if __name__ == "__main__":
    main()
