"""Ask the release of the running interpreter, llama-stack 0.1.9 to ogx 1.5.0, what it makes of run configs.

A script of its own, run by the python of an environment that holds the release: `PYTHON judge.py FILE…`. Nothing is
started and no database is opened. One JSON document comes out:

    {"release": "0.3.5", "files": [{"file", "accepted", "errors", …}]}

`errors` is what would keep the server from starting, each with the stage that raised it. `unmet` holds, as `path` and
`problem`, the APIs that are asked for and have no provider: no model minds, so they are not in `errors`, and the server
does not start. `command` is what the models take and the command that starts the server refuses, unless it is started to
with `--insecure`. `unknown_keys` hold a value and are defined by no model, so the release drops them in silence;
`inert_keys` are defined and read by nothing. `literal_keys` hold a placeholder that the release takes for plain text.
`open` says that the file sets an authentication up and the server starts without any.

Variables are substituted by the release itself, in an environment of our own: a bare `${env.X}` gets a made-up value,
and a conditional `${env.X:+value}` is judged twice, with X unset and with X set.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import logging
import os
import pathlib
import re
import sys
import types
import typing
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

with contextlib.redirect_stdout(sys.stderr):
    import yaml
    from pydantic import AliasChoices, AliasPath, BaseModel, ValidationError
    from starlette.middleware.cors import CORSMiddleware

    PACKAGE: Final = "ogx" if importlib.util.find_spec("ogx") else "llama_stack"
    CORE: Final = (
        "core" if importlib.util.find_spec(f"{PACKAGE}.core") else "distribution"
    )
    configure, datatypes, distribution, resolver, stack = (
        importlib.import_module(f"{PACKAGE}.{CORE}.{name}")
        for name in ("configure", "datatypes", "distribution", "resolver", "stack")
    )

VERSION: Final = importlib.metadata.version(PACKAGE)
RELEASE: Final = tuple(map(int, VERSION.split(".")[:3]))
RunConfig: Final = getattr(datatypes, "StackRunConfig", None) or datatypes.StackConfig
Api: Final = datatypes.Api

SERVER_LOADS: Final = RELEASE >= (1, 0)
"""From ogx 1.0 the server reads its file with the loader; before, only the command and the library did."""

READ_BY_COMMAND: Final = RELEASE >= (1, 2)
"""From ogx 1.2 the command hands the server what the model holds, and not the file; and it demands TLS."""

SKIPS_EMPTY_APIS: Final = RELEASE >= (1, 5)
"""From ogx 1.5 an API that is asked for and has no provider is skipped with a warning."""

OLD_PLACEHOLDERS: Final = stack.replace_env_vars("${env.JUDGE_UNSET:=x}") != "x"
"""Before 0.2.13 a default stood after `:` alone and a conditional value after `+` alone."""

PLACEHOLDER: Final = re.compile(
    r"\$\{env\.([A-Z0-9_]+)(?:([:+])([^}]*))?\}"
    if OLD_PLACEHOLDERS
    else r"\$\{env\.([A-Z0-9_]+)(?::([=+])([^}]*))?\}"
)
DISABLED: Final = "__disabled__"

Path = tuple[str | int, ...]
"""The keys and indexes from the root of a file to a value."""

KEPT_VARIABLES: Final = ("HOME", "PATH", "LANG", "TMPDIR", "VIRTUAL_ENV")
LOGGING: Final = "logging_config"
READ_ELSEWHERE: Final = () if READ_BY_COMMAND else (LOGGING,)
"""Keys that the server reads from the file itself, past the model."""

BUILT_IN_APIS: Final = (
    "admin",
    "inspect",
    "providers",
    "prompts",
    "conversations",
    "connectors",
)
"""APIs that need no provider, where the release has them."""

REQUIRED_STORES: Final = (
    "metadata",
    "inference",
    "conversations",
    "prompts",
    "connectors",
)
"""Stores that the model takes as null and start-up refuses, where the release has them."""

MADE_UP_VALUES: Final = (
    (("URL", "URI", "ENDPOINT", "API_BASE"), "http://127.0.0.1:1"),
    (("HOST",), "127.0.0.1"),
    (("DIMENSION", "TIMEOUT", "MAX_", "SIZE"), "8"),
    (("MODEL",), "meta-llama/Llama-3.2-3B-Instruct"),
)


@dataclass
class Variables:
    """The variables that a file reads: how each is written, and the keys above it."""

    keys: dict[str, set[str]] = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    conditional: set[str] = field(default_factory=set)
    empty_default: set[str] = field(default_factory=set)

    def collect(self, data: Any, key: str = "") -> None:
        """Note every placeholder below `data`."""
        if isinstance(data, dict):
            for name, value in data.items():
                self.collect(value, str(name))
        elif isinstance(data, list):
            for value in data:
                self.collect(value, key)
        elif isinstance(data, str):
            for name, operator, value in PLACEHOLDER.findall(data):
                self.keys.setdefault(name, set()).add(key)
                kinds = {"": self.bare, "+": self.conditional}
                if operator in kinds:
                    kinds[operator].add(name)
                elif not value:
                    self.empty_default.add(name)

    def values(self, names: set[str]) -> dict[str, str]:
        """A made-up value for each name."""
        return {name: self._value(name) for name in names}

    def _value(self, name: str) -> str:
        words = " ".join([name, *sorted(self.keys[name] - {"provider_id"})]).upper()
        if "PORT" in re.split("[^A-Z]+", words):
            return "1234"
        return next(
            (
                value
                for marks, value in MADE_UP_VALUES
                if any(mark in words for mark in marks)
            ),
            "dummy",
        )


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Nothing but the given variables, and what the interpreter itself needs."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    with mock.patch.dict(os.environ, {**kept, **values}, clear=True):
        yield


def complaints(error: BaseException) -> list[str]:
    """An error as lines that hold no values of the file's other parts."""
    if not isinstance(error, ValidationError):
        return [f"{type(error).__name__}: {error}"]
    return [
        ": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"])))
        for each in error.errors()
    ]


def judge(path: str) -> dict[str, Any]:
    """The verdict on one file."""
    verdict: dict[str, Any] = {"file": path, "accepted": False, "open": False}
    verdict |= {
        name: []
        for name in (
            "errors",
            "unmet",
            "command",
            "unknown_keys",
            "inert_keys",
            "literal_keys",
        )
    }
    try:
        with open(path, encoding="utf-8") as stream:
            data = yaml.safe_load(stream)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        verdict["errors"] = [f"yaml: {error}"]
        return verdict
    if not isinstance(data, dict):
        verdict["errors"] = ["yaml: not a mapping"]
        return verdict
    variables = Variables()
    variables.collect(data)
    errors: dict[str, None] = {}
    unmet: dict[tuple[Path, str], None] = {}
    everything = variables.bare | variables.conditional
    for names in (variables.bare, everything):
        errors.update(dict.fromkeys(_errors(data, variables, names)))
        with environment(variables.values(names)):
            unmet.update(dict.fromkeys(_unmet(data, all_on=names == everything)))
            verdict["command"] = sorted(
                {*verdict["command"], *_refused_by_command(data)}
            )
    with environment(variables.values(everything)):
        verdict["unknown_keys"] = sorted(set(_unknown_keys(data)))
        verdict["inert_keys"] = sorted(_inert_keys(_each_substituted(data)))
        verdict["literal_keys"] = list(_literal_keys(_each_substituted(data)))
    verdict["errors"] = list(errors)
    verdict["unmet"] = [{"path": place, "problem": problem} for place, problem in unmet]
    verdict["accepted"] = not errors
    with environment(variables.values(everything)):
        verdict["open"] = _is_open(data)
    return verdict


def _is_open(data: dict[str, Any]) -> bool:
    server = data.get("server")
    written = server.get("auth") if isinstance(server, dict) else None
    if not isinstance(written, dict) or not isinstance(
        written.get("provider_config"), dict
    ):
        return False
    config, _ = _loaded(data, _substituted(data)[0])
    auth = getattr(getattr(config, "server", None), "auth", None)
    return config is not None and getattr(auth, "provider_config", None) is None


def _errors(
    data: dict[str, Any], variables: Variables, names: set[str]
) -> Iterator[str]:
    """The complaints of every stage, with these variables set."""
    with environment(variables.values(names)):
        substituted, problems = _substituted(data)
        yield from (f"env: {each}" for each in problems)
        config, problems = _loaded(data, substituted)
        yield from (f"model: {each}" for each in problems)
        yield from (f"logging: {each}" for each in _refused_logging(data))
        registry, problems = _registry(config)
        yield from (f"registry: {each}" for each in problems)
        if config is not None:
            yield from _wiring(config, registry)
        refused = _refused_providers(data, substituted, config, registry)
    filled_config = None
    # a variable with an empty default is a setting that a user fills in: a provider may need one to be set
    retry = names | (variables.empty_default - variables.bare - variables.conditional)
    if refused and retry != names:
        with environment(variables.values(retry)):
            filled, _ = _substituted(data)
            filled_config, _ = _loaded(data, filled)
            still = _refused_providers(data, filled, filled_config, registry)
        refused = {place: each for place, each in refused.items() if place in still}
    for place, problems in refused.items():
        yield from (f"provider {place}: {each}" for each in problems)
    for each in _provider_references(config, registry):
        yield f"reference: {each}"
    for each in _provider_references(filled_config, registry):
        # who fills in the name of a backend names one that there is
        if "'dummy' is no backend" not in each:
            yield f"reference: {each}"


def _substituted(data: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    try:
        return stack.replace_env_vars(copy.deepcopy(data)), []
    except Exception as error:
        return None, complaints(error)


def _loaded(
    data: dict[str, Any], substituted: dict[str, Any] | None
) -> tuple[Any, list[str]]:
    """The config as the server builds it. The loader must take it as well: the command and the library use it."""
    problems: dict[str, None] = {}
    config = None
    try:
        config = configure.parse_and_maybe_upgrade_config(copy.deepcopy(data))
    except (Exception, SystemExit) as error:
        problems.update(dict.fromkeys(complaints(error)))
    try:
        if substituted is not None and not SERVER_LOADS:
            config = RunConfig(**_with_name_as_text(copy.deepcopy(substituted)))
    except (Exception, SystemExit) as error:
        problems.update(dict.fromkeys(complaints(error)))
    return config, list(problems)


def _refused_logging(data: dict[str, Any]) -> list[str]:
    """What the server says of its own part of the file, which it reads from the file itself."""
    if data.get(LOGGING) and not READ_BY_COMMAND:
        try:
            datatypes.LoggingConfig(**data[LOGGING])
        except Exception as error:
            return complaints(error)
    return []


def _with_name_as_text(data: dict[str, Any]) -> dict[str, Any]:
    """A name that YAML reads as a number, as the string that the release makes of it."""
    for function in ("cast_distro_name_to_string", "cast_image_name_to_string"):
        if hasattr(stack, function):
            return dict(getattr(stack, function)(data))
    return data


def _registry(config: Any) -> tuple[Any, list[str]]:
    if not inspect.signature(distribution.get_provider_registry).parameters:
        # before external providers
        return distribution.get_provider_registry(), []
    try:
        return distribution.get_provider_registry(config), []
    except FileNotFoundError:
        # a folder of external providers that is not on this machine
        return distribution.get_provider_registry(), []
    except Exception as error:
        return distribution.get_provider_registry(), complaints(error)


def _wiring(config: Any, registry: Any) -> Iterator[str]:
    """Providers against the registry, names of APIs, and the stores that start-up cannot do without."""
    routed = distribution.builtin_automatically_routed_apis()
    tables = {each.routing_table_api for each in routed}
    routers = {each.router_api for each in routed}
    try:
        resolver.validate_and_prepare_providers(
            copy.deepcopy(config), registry, tables, routers
        )
    except (Exception, SystemExit) as error:
        yield from (f"resolver: {each}" for each in complaints(error))
    known = {api.value for api in Api}
    for name in config.providers:
        if name not in known and _api_of(name) in {api.value for api in routers}:
            # read as the API, and looked up under its own spelling once providers are made
            yield f"resolver: KeyError: 'inner-{name}'"
    if not getattr(config, "external_apis_dir", None):
        yield from (
            f"apis: '{api}' is no API of this release"
            for api in config.apis or ()
            if api not in known
        )
    if getattr(getattr(config, "server", None), "cors", None):
        try:
            # the server hands it what it makes of the section, and the list of origins is compiled
            CORSMiddleware(
                None, **datatypes.process_cors_config(config.server.cors).model_dump()
            )  # type: ignore[arg-type]
        except re.error as error:
            yield f"server.cors: {error}"
    yield from _resource_errors(config)
    yield from _model_errors(config, registry)
    yield from _shield_errors(config)
    storage = getattr(config, "storage", None)
    if storage is None:
        return
    for name in REQUIRED_STORES:
        served = name != "inference" or not config.apis or "inference" in config.apis
        if (
            served
            and name in type(storage.stores).model_fields
            and getattr(storage.stores, name) is None
        ):
            yield f"stores: '{name}' is missing"
    # no model looks at this one before ogx 1.0, and start-up opens it
    yield from _reference_errors(
        "storage.stores.connectors",
        getattr(storage.stores, "connectors", None),
        storage.backends,
    )
    quota = getattr(config.server, "quota", None)
    if quota is not None:
        yield from _reference_errors("server.quota", quota, storage.backends)


def _resource_errors(config: Any) -> Iterator[str]:
    """What `register_resources` and the checks after it stop on, as far as the file alone decides."""
    source = inspect.getsource(stack.register_resources)
    routed = {
        each.routing_table_api.value: each.router_api.value
        for each in distribution.builtin_automatically_routed_apis()
    }
    on: dict[str, set[str]] = {}
    for _, name, provider in _enabled(config):
        on.setdefault(_api_of(name), set()).add(str(provider["provider_id"]))
    for name, table, *_ in stack.RESOURCES:
        api = routed.get(table.value)
        if api is None or (config.apis and api not in config.apis):
            continue
        for each in getattr(getattr(config, "registered_resources", config), name):
            wanted = (
                _provider_of_dataset(each)
                if name == "datasets"
                else getattr(each, "provider_id", None)
            )
            if (not wanted or wanted == DISABLED) and DISABLED in source:
                continue
            if wanted == "all" and '"all"' in source:
                continue
            if wanted and wanted not in on.get(api, set()):
                yield f"resources: Provider `{wanted}` not found"
            if (
                name == "models"
                and each.model_type == "embedding"
                and "embedding_dimension" not in each.metadata
            ):
                yield "resources: Embedding model must have an embedding dimension in its metadata"
    for _, model in _default_models(getattr(config, "vector_stores", None)):
        if model.provider_id not in on.get("inference", set()):
            yield f"resources: Model '{model.provider_id}/{model.model_id}' not found"


def _model_errors(config: Any, registry: Any) -> Iterator[str]:
    """What `validate_vector_stores_config` stops on, where the provider lists the same models anywhere."""
    there = [each for _, name, each in _enabled(config) if _api_of(name) == "inference"]
    kinds = {each["provider_id"]: each["provider_type"] for each in there}
    for kind, model in _default_models(getattr(config, "vector_stores", None)):
        if not config.apis or "inference" in config.apis:
            spec = registry[Api.inference].get(kinds.get(model.provider_id))
            listed = _listed(spec)
            models = config.registered_resources.models
            registered = {
                _called(each)
                for each in models
                if getattr(each.model_type, "value", "llm") == kind
            }
            names = _listable(spec, kind, model)
            if listed is not None:
                names = listed.get(kind, set())
            called = f"{model.provider_id}/{model.model_id}"
            hides = called in map(_called, models)
            if called in registered or (names is None and not hides):
                continue
            if hides or model.model_id not in (names or ()):
                yield f"resources: Model '{called}' not found"


def _called(model: Any) -> str:
    """The identifier that `register_model` makes of a model."""
    source = inspect.getsource(
        importlib.import_module(f"{PACKAGE}.{CORE}.routing_tables.models")
    )
    if 'identifier = f"{provider_id}/{provider_model_id}"' in source:
        return f"{model.provider_id}/{model.provider_model_id or model.model_id}"
    prefixed = model.provider_id == "all" or model.model_id.startswith(
        f"{model.provider_id}/"
    )
    return str(model.model_id if prefixed else f"{model.provider_id}/{model.model_id}")


def _listed(spec: Any) -> dict[str, set[str]] | None:
    """The models that a provider's `list_models` spells out, by their type; None where it asks a running service."""
    found = (
        importlib.util.find_spec(spec.module) if getattr(spec, "module", None) else None
    )
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in sorted(pathlib.Path(folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.AsyncFunctionDef)
                    and node.name == "list_models"
                ):
                    return _spelled(node)
    return None


def _listable(spec: Any, kind: str, model: Any) -> set[str] | None:
    """The models of a type that a remote provider can list, by its code; None where its service alone knows them."""
    found = (
        importlib.util.find_spec(spec.module) if getattr(spec, "module", None) else None
    )
    if kind == "llm":
        return None
    for folder in (found.submodule_search_locations or ()) if found else ():
        for path in sorted(pathlib.Path(folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                is_class = isinstance(node, ast.ClassDef)
                if is_class and "OpenAIMixin" in map(ast.unparse, node.bases):
                    return _typed_by_class(node, kind, model)
    return None


def _typed_by_class(node: ast.ClassDef, kind: str, model: Any) -> set[str] | None:
    """What `construct_model_from_identifier` makes of names that are listed."""
    methods = {
        each.name: ast.unparse(each) for each in node.body if hasattr(each, "name")
    }
    source = methods.get("construct_model_from_identifier", "")
    if "list_models" in methods:
        return None
    if "'embed' in identifier.lower()" in source and "metadata={}" in source:
        # such a model has no dimension
        needed = "is missing 'embedding_dimension'" in inspect.getsource(stack)
        named = "embed" in model.model_id.lower()
        given = getattr(model, "embedding_dimensions", None)
        if kind == "embedding" and needed:
            return {model.model_id} if named and given else set()
    is_base = "self.embedding_model_metadata.get(" in source
    if not is_base and re.search("ModelType.(embedding|rerank)|classify_", source):
        return None
    if kind == "rerank":
        return set()
    for each in node.body:
        if not isinstance(each, ast.AnnAssign) or each.value is None:
            continue
        if ast.unparse(each.target) == "embedding_model_metadata":
            return set(ast.literal_eval(each.value))
    return set()


def _spelled(function: ast.AsyncFunctionDef) -> dict[str, set[str]] | None:
    result: dict[str, set[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Model":
            words = {each.arg: each.value for each in node.keywords}
            name, kind = words["identifier"], words.get("model_type")
            if not isinstance(name, ast.Constant):
                return None
            result.setdefault(
                kind.attr if isinstance(kind, ast.Attribute) else "llm", set()
            ).add(str(name.value))
    return result or None


def _shield_errors(config: Any) -> Iterator[str]:
    """What `validate_safety_config` stops on, as far as the file alone decides."""
    default = getattr(getattr(config, "safety", None), "default_shield_id", None)
    if default is None or not hasattr(stack, "validate_safety_config"):
        return
    if config.apis and "safety" not in config.apis:
        yield "safety: Safety configuration requires the safety API to be enabled"
        return
    shields = [
        each.shield_id
        for each in config.registered_resources.shields
        if each.provider_id not in ("", None, DISABLED)
    ]
    if shields and default not in shields:
        yield f"safety: Configured default_shield_id '{default}' not found among registered shields"


def _provider_of_dataset(dataset: Any) -> str:
    """As the routing table of datasets takes it from the source."""
    if (dataset.metadata or {}).get("provider_id"):
        return str(dataset.metadata["provider_id"])
    return (
        "huggingface"
        if getattr(dataset.source, "uri", "").startswith("huggingface")
        else "localfs"
    )


def _default_models(settings: Any) -> Iterator[tuple[str, Any]]:
    rewrite = getattr(getattr(settings, "rewrite_query_params", None), "model", None)
    found = {
        "embedding": getattr(settings, "default_embedding_model", None),
        "rerank": getattr(settings, "default_reranker_model", None),
        "llm": rewrite,
    }
    yield from ((kind, each) for kind, each in found.items() if each is not None)


def _refused_by_command(data: dict[str, Any]) -> Iterator[str]:
    """What the command that starts the server refuses, unless it is started without TLS."""
    substituted, _ = _substituted(data)
    config, _ = _loaded(data, substituted)
    if config is None or not READ_BY_COMMAND or config.server.insecure:
        return
    if not (config.server.tls_certfile and config.server.tls_keyfile):
        yield "TLS required: neither server.tls_certfile with tls_keyfile nor server.insecure"
    provider = getattr(config.server.auth, "provider_config", None)
    if getattr(provider, "verify_tls", True) is False:
        yield "server.auth.provider_config.verify_tls: false needs server.insecure"


def _refused_providers(
    data: dict[str, Any], substituted: dict[str, Any] | None, config: Any, registry: Any
) -> dict[str, list[str]]:
    """What the config classes of the enabled providers refuse; judged even where the file as a whole is refused."""
    result = {}
    for place, api, provider in _enabled(
        config if config is not None else substituted or data
    ):
        problems: list[str] = []
        _built(api, provider, registry, problems)
        if problems:
            result[place] = problems
    return result


def _enabled(source: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    providers = (
        source.get("providers") if isinstance(source, dict) else source.providers
    )
    for api, group in providers.items() if isinstance(providers, dict) else ():
        for each in group if isinstance(group, list) else ():
            provider = each.model_dump() if isinstance(each, BaseModel) else each
            if isinstance(provider, dict) and provider.get("provider_id") not in (
                None,
                "",
                DISABLED,
            ):
                yield (
                    f"{api}/{provider['provider_id']} ({provider.get('provider_type')})",
                    api,
                    provider,
                )


def _built(
    api: str, provider: dict[str, Any], registry: Any, problems: list[str]
) -> Any:
    """The provider's config as its own class builds it, or none, with the reasons in `problems`."""
    spec = _spec(api, provider, registry)
    if spec is None:
        problems.append("no such provider type in this release")
        return None
    if spec.deprecation_error:
        problems.append(f"deprecated: {spec.deprecation_error}")
    try:
        built = _class(spec.config_class)(**(provider.get("config") or {}))
    except Exception as error:
        problems += complaints(error)
        return None
    for name in sorted(_settings_of_start(getattr(spec, "module", None) or "")):
        if not hasattr(built, name):
            problems.append(f"its code reads '{name}', which its config cannot have")
    return built


@functools.cache
def _settings_of_start(module: str) -> frozenset[str]:
    """The settings that a provider's class reads whenever it is initialized: `self.config.NAME`, outside of branches."""
    found: set[str] = set()
    for function in _functions(module, ("get_provider_impl", "get_adapter_impl")):
        called = {
            getattr(each.func, "id", "")
            for each in ast.walk(function)
            if isinstance(each, ast.Call)
        }
        for each in ast.walk(function):
            names = (
                {name.name for name in each.names} & called
                if isinstance(each, ast.ImportFrom)
                else set()
            )
            if names and each.module:
                place = "." * each.level + each.module
                with contextlib.suppress(ImportError, ValueError):
                    for start in _functions(
                        importlib.util.resolve_name(place, module), ("initialize",)
                    ):
                        found.update(_read_at_once(start))
    return frozenset(found)


def _functions(module: str, names: tuple[str, ...]) -> Iterator[ast.AsyncFunctionDef]:
    found = importlib.util.find_spec(module) if module else None
    if found is None or not found.origin:
        return
    for node in ast.walk(ast.parse(pathlib.Path(found.origin).read_text())):
        if isinstance(node, ast.AsyncFunctionDef) and node.name in names:
            yield node


def _read_at_once(function: ast.AsyncFunctionDef) -> Iterator[str]:
    for statement in function.body:
        if isinstance(statement, ast.If):
            # what a test of several parts reads depends on its first part
            parts = [statement.test]
        elif isinstance(statement, ast.Expr | ast.Assign):
            parts = list(ast.walk(statement))
        else:
            continue
        for part in parts:
            if (
                isinstance(part, ast.Attribute)
                and ast.unparse(part.value) == "self.config"
            ):
                yield part.attr


def _spec(api: str, provider: Mapping[str, Any], registry: Any) -> Any:
    try:
        return registry[Api(api)][provider.get("provider_type")]
    except (KeyError, ValueError, TypeError):
        return None


def _class(path: str) -> Any:
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


def _provider_references(config: Any, registry: Any) -> Iterator[str]:
    storage = getattr(config, "storage", None)
    if storage is None:
        return
    for place, api, provider in _enabled(config):
        yield from _reference_errors(
            place, _built(api, provider, registry, []), storage.backends
        )


def _reference_errors(
    place: str, holder: Any, backends: Mapping[str, Any]
) -> Iterator[str]:
    """Store references anywhere below a built object that lead to no backend, or to one of the wrong family."""
    if isinstance(holder, BaseModel):
        names = {each.__name__ for each in type(holder).__mro__}
        family = (
            "kv"
            if "KVStoreReference" in names
            else "sql"
            if "SqlStoreReference" in names
            else ""
        )
        if not family:
            for name in type(holder).model_fields:
                yield from _reference_errors(
                    f"{place}.{name}", getattr(holder, name, None), backends
                )
        elif holder.backend not in backends:
            yield f"{place}: '{holder.backend}' is no backend"
        elif not backends[holder.backend].type.value.startswith(f"{family}_"):
            yield f"{place}: '{holder.backend}' is {backends[holder.backend].type.value}, not {family}"
    elif isinstance(holder, Mapping | list | tuple):
        for name, value in (
            holder.items() if isinstance(holder, Mapping) else enumerate(holder)
        ):
            yield from _reference_errors(f"{place}.{name}", value, backends)


def _unmet(data: dict[str, Any], all_on: bool) -> Iterator[tuple[Path, str]]:
    """What is asked for and provided by nothing: APIs to serve, and those that a provider needs.

    A provider that is off for want of a variable counts as there, unless every variable is set.
    """
    substituted, _ = _substituted(data)
    config, _ = _loaded(data, substituted)
    if config is None:
        return
    registry, _ = _registry(config)
    routed = distribution.builtin_automatically_routed_apis()
    there = {_api_of(name) for _, name, _ in _enabled(config)} | set(BUILT_IN_APIS)
    there -= {each.router_api.value for each in routed}
    # a routed API is there without any provider, and with all of its providers it is not, unless it is served
    served = [
        each
        for each in routed
        if not config.apis or each.router_api.value in config.apis
    ]
    there |= {
        api.value
        for each in served
        for api in (each.router_api, each.routing_table_api)
    }
    if getattr(getattr(config, "telemetry", None), "enabled", False):
        there.add("telemetry")
    missing = {api.value for api in Api} - there
    if not all_on:
        missing -= {
            _api_of(name) for name, providers in config.providers.items() if providers
        }
    for index, api in enumerate(config.apis or ()):
        if api in missing and not SKIPS_EMPTY_APIS:
            yield ("apis", index), f"'{api}' has no enabled provider"
    for (api, index), provider in _places(_each_substituted(data)):
        spec = _spec(api, provider, registry)
        for needed in spec.api_dependencies if spec is not None else ():
            if needed.value in missing:
                yield (
                    ("providers", api, index),
                    f"required dependency '{needed.value}' has no provider",
                )


def _api_of(name: str) -> str:
    """The API that the release takes a key of `providers` for."""
    return name.lower().replace("-", "_")


def _places(
    data: Mapping[str, Any],
) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """The enabled providers of a file that the model takes, each with its API and its place in the list."""
    for api, group in data.get("providers", {}).items():
        for index, provider in enumerate(group):
            if provider["provider_id"] not in (None, "", DISABLED):
                yield (api, index), provider


def _each_substituted(data: Any) -> Any:
    """Substitution string by string, so that a disabled provider keeps its place in its list."""
    if isinstance(data, dict):
        return {key: _each_substituted(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_each_substituted(value) for value in data]
    with contextlib.suppress(Exception):
        return stack.replace_env_vars(data) if isinstance(data, str) else data
    return data


def _literal_keys(data: Any, path: str = "") -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _literal_keys(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _literal_keys(value, f"{path}[{index}]")
    elif isinstance(data, str) and "${env." in data:
        yield path


def _unknown_keys(written: dict[str, Any]) -> Iterator[str]:
    data = {
        key: value
        for key, value in _each_substituted(written).items()
        if key not in READ_ELSEWHERE
    }
    yield from _of_models([RunConfig], data, "")
    if READ_ELSEWHERE and isinstance(written.get(LOGGING), dict):
        yield from _of_models([datatypes.LoggingConfig], written[LOGGING], LOGGING)
    registry = distribution.get_provider_registry()
    providers = data.get("providers")
    for api, group in providers.items() if isinstance(providers, dict) else ():
        for index, provider in enumerate(group) if isinstance(group, list) else ():
            spec = (
                _spec(api, provider, registry) if isinstance(provider, dict) else None
            )
            with contextlib.suppress(Exception):
                config_class = _class(spec.config_class)
                if isinstance(provider["config"], dict) and issubclass(
                    config_class, BaseModel
                ):
                    yield from _of_models(
                        [config_class],
                        provider["config"],
                        f"providers.{api}[{index}].config",
                    )


def _of_models(
    models: list[type[BaseModel]], data: dict[str, Any], path: str
) -> Iterator[str]:
    models = _meant(models, data)
    if len(models) == 1:
        data = _rewritten(models[0], data)
    for key, value in data.items():
        here = f"{path}.{key}" if path else str(key)
        known = [names[key] for names in map(_names, models) if key in names]
        if known:
            yield from _of_types([each.annotation for each in known], value, here)
        elif value not in (None, "", [], {}) and not all(
            model.model_config.get("extra") == "allow" for model in models
        ):
            yield here


def _rewritten(model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    """What a model makes of a mapping before it looks at its keys: an old form that it takes is not lost."""
    for each in model.__pydantic_decorators__.model_validators.values():
        if each.info.mode == "before":
            with contextlib.suppress(Exception):
                data = dict(each.func(copy.deepcopy(data)))
    return data


def _of_types(annotations: list[Any], value: Any, path: str) -> Iterator[str]:
    members = [each for annotation in annotations for each in _members(annotation)]
    if isinstance(value, dict):
        models = [
            each
            for each in members
            if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        if models:
            yield from _of_models(models, value, path)
            return
    wanted = {dict: dict, list: (list, set, tuple, frozenset)}.get(type(value))
    inner = [
        typing.get_args(each)[-1]
        for each in members
        if wanted and _origin(each, wanted)
    ]
    if inner and isinstance(value, dict):
        for key, item in value.items():
            yield from _of_types(inner, item, f"{path}.{key}")
    elif inner:
        for index, item in enumerate(value):
            yield from _of_types(inner, item, f"{path}[{index}]")


def _origin(annotation: Any, wanted: Any) -> bool:
    origin = typing.get_origin(annotation)
    return (
        isinstance(origin, type)
        and issubclass(origin, wanted)
        and bool(typing.get_args(annotation))
    )


def _members(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, with unions, names and `Annotated` taken apart."""
    if isinstance(annotation, typing.TypeAliasType):
        yield from _members(annotation.__value__)
    elif typing.get_origin(annotation) is typing.Annotated:
        yield from _members(typing.get_args(annotation)[0])
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for each in typing.get_args(annotation):
            yield from _members(each)
    else:
        yield annotation


def _names(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that a model takes, aliases included, and the field of each."""
    by_name = model.model_config.get("populate_by_name") or model.model_config.get(
        "validate_by_name"
    )
    result = {}
    for name, info in model.model_fields.items():
        alias = info.validation_alias or info.alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        names = [
            each.path[0] if isinstance(each, AliasPath) else each
            for each in choices
            if each is not None
        ]
        result.update(
            dict.fromkeys([*names, name] if by_name or not names else names, info)
        )
    return result


def _meant(
    models: list[type[BaseModel]], data: dict[str, Any]
) -> list[type[BaseModel]]:
    """The models of a union that a mapping can be: by its tag, else the first that accepts it, else all."""
    if len(models) == 1:
        return models
    for model in models:
        for name, info in model.model_fields.items():
            if typing.get_origin(info.annotation) is typing.Literal and data.get(
                name
            ) in typing.get_args(info.annotation):
                return [model]
    for model in models:
        with contextlib.suppress(Exception):
            model.model_validate(data)
            return [model]
    return models


def _inert_keys(data: dict[str, Any]) -> Iterator[str]:
    registered = {each[0] for each in stack.RESOURCES}
    section = RunConfig.model_fields.get("registered_resources")
    resources = data.get("registered_resources")
    if section is not None and isinstance(resources, dict):
        for name, value in resources.items():
            if (
                value
                and name in section.annotation.model_fields
                and name not in registered
            ):
                yield f"registered_resources.{name}"
    if data.get("logging") and "logging" in RunConfig.model_fields:
        # the server reads the key `logging_config` of the file instead
        yield "logging"
    storage = data.get("storage")
    stores = storage.get("stores") if isinstance(storage, dict) else None
    if isinstance(stores, dict) and stores.get("responses"):
        # validated and used by nothing
        yield "storage.stores.responses"


def main() -> int:
    """Judge the files named on the command line."""
    with contextlib.redirect_stdout(sys.stderr):
        files = [judge(path) for path in sys.argv[1:]]
    json.dump({"release": VERSION, "files": files}, sys.stdout, default=str)
    return 0


if __name__ == "__main__":
    sys.exit(main())
