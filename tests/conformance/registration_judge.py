"""Start the release of the running interpreter on run configs, with stand-ins for its
providers.

A script of its own, as `judge.py`: `PYTHON registration_judge.py FILE…`. The release
resolves its routers and routing tables, registers the resources of the config in an
empty registry, refreshes them and checks the defaults of vector stores and shields.
Only the providers, the stores and the services without providers are stand-ins: they
accept every resource. A provider of inference lists the models that its code spells
out; one that asks a service lists the defaults that the config has for it, if its
code can take them for models of their type.

One JSON document comes out, with an entry for each file:

    {"file": …, "refusal": "ModelNotFoundError: …", "served": {"model": ["openai/gpt-4o"]}}

`refusal` is what stops the start, or null. `served` has the identifiers of all
resources by type. `loaded` is false if the release does not load the file at all, which
is what `judge.py` is for. Files with conditional variables are started with none of
them set, and again with all; the first refusal counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import inspect
import json
import sys
import types
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import yaml
from judge import (
    CORE,
    PACKAGE,
    VERSION,
    Api,
    Variables,
    _default_models,
    _listable,
    _listed,
    _loaded,
    _registry,
    _substituted,
    environment,
    resolver,
    stack,
)

SERVICES = ("inspect", "providers", "admin", "prompts", "conversations", "connectors")
"""APIs that the server implements itself, where the release has them."""

INFERENCE_STORE = f"{PACKAGE}.providers.utils.inference.inference_store"

SECONDS = 20
"""A start with stand-ins takes a tenth of a second."""


class StandIn:
    """A provider that accepts every resource."""

    def __init__(self, models: list[Any] | None = None) -> None:
        self._models = models or []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        async def accept(*args: Any, **_: Any) -> Any:
            return next(iter(args), None)

        return accept

    async def list_models(self) -> list[Any]:
        return list(self._models)

    async def should_refresh_models(self) -> bool:
        return False

    async def list_scoring_functions(self) -> list[Any]:
        return []

    async def list_runtime_tools(self, *_: Any, **__: Any) -> Any:
        tools: list[Any] = []
        # a response from 0.2 on, a list before
        if CORE == "distribution":
            return tools
        return SimpleNamespace(data=tools)

    async def list_connectors(self) -> Any:
        return SimpleNamespace(data=[])

    async def openai_create_vector_store(self, *args: Any, **kwargs: Any) -> Any:
        name = kwargs.get("name") or getattr(next(iter(args), None), "name", "store")
        return SimpleNamespace(id=f"vs_{name}", name=name)


class StandInStore(StandIn):
    """The store of the inference router."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()


def judge(path: str) -> dict[str, Any]:
    """Return the verdict on one file."""
    verdict: dict[str, Any] = {"file": path, "loaded": False, "refusal": None}
    verdict["served"] = {}
    data = None
    with open(path, encoding="utf-8") as stream, contextlib.suppress(yaml.YAMLError):
        data = yaml.safe_load(stream)
    if not isinstance(data, dict):
        return verdict
    variables = Variables()
    variables.collect(data)
    for names in (variables.bare, variables.bare | variables.conditional):
        with environment(_with_own_models(variables, names)):
            config, _ = _loaded(data, _substituted(data)[0])
            if config is None:
                continue
            verdict["loaded"] = True
            refusal, served = asyncio.run(_start_in_time(config))
            verdict["refusal"] = verdict["refusal"] or refusal
            verdict["served"] |= served
    return verdict


def _with_own_models(variables: Variables, names: set[str]) -> dict[str, str]:
    """Return made-up values, of which no two are the same model.

    Two models of one id are refused if anything else in them differs; that two
    variables have one value is not for a rule to assume.
    """
    values = variables.values(names)
    return {
        name: f"{value}-{name}" if "model_id" in variables.keys[name] else value
        for name, value in values.items()
    }


async def _start_in_time(config: Any) -> tuple[str | None, dict[str, list[str]]]:
    registry = _memory_registry()
    refusal = None
    try:
        async with asyncio.timeout(SECONDS):
            await _start(config, registry)
    except Exception as error:
        lines = str(error).splitlines() or [""]
        refusal = f"{type(error).__name__}: {lines[0]}"
    served: dict[str, list[str]] = {}
    for each in await registry.get_all():
        served.setdefault(str(each.type), []).append(each.identifier)
    return refusal, {kind: sorted(names) for kind, names in sorted(served.items())}


async def _start(config: Any, registry: Any) -> None:
    """Do what `Stack.initialize` or `construct_stack` does, on an empty registry."""
    specs = _specs_for(config)
    arguments = {
        "run_config": config,
        "provider_registry": specs,
        "dist_registry": registry,
        "policy": _access_policy(config),
        "internal_impls": {
            Api(name): StandIn() for name in SERVICES if name in _api_names()
        },
    }
    wanted = inspect.signature(resolver.resolve_impls).parameters
    with _stand_ins(config):
        impls = await resolver.resolve_impls(
            **{name: value for name, value in arguments.items() if name in wanted}
        )
        await stack.register_resources(config, impls)
        for name in ("auto_register_tool_groups", "register_connectors"):
            if hasattr(stack, name):
                await getattr(stack, name)(config, impls)
        if hasattr(stack, "refresh_registry_once"):
            await stack.refresh_registry_once(impls)
        for name, section in (
            ("validate_vector_stores_config", "vector_stores"),
            ("validate_safety_config", "safety"),
        ):
            if hasattr(stack, name):
                await getattr(stack, name)(getattr(config, section), impls)


def _specs_for(config: Any) -> dict[Any, dict[str, Any]]:
    """Return the provider types of the release, and those from elsewhere.

    A stand-in needs no other API and no package; `judge.py` knows what a provider
    requires.
    """
    names = _api_names()
    if getattr(config, "external_apis_dir", None):
        for name in set(config.providers) - names:
            del config.providers[name]
    for name in ("external_providers_dir", "external_apis_dir"):
        if hasattr(config, name):
            setattr(config, name, None)
    for providers in config.providers.values():
        for provider in providers:
            if hasattr(provider, "module"):
                provider.module = None
    known, _ = _registry(config)
    some = next(iter(known[Api.inference].values()))
    found: dict[Any, dict[str, Any]] = {}
    for api, specs in known.items():
        found[api] = {kind: _without_needs(spec, api) for kind, spec in specs.items()}
    for name, providers in config.providers.items():
        if name not in names:
            continue
        specs = found.setdefault(Api(name), {})
        for provider in providers:
            if provider.provider_type not in specs:
                spec = _without_needs(some, Api(name))
                spec.module = None
                specs[provider.provider_type] = spec
    return found


def _without_needs(spec: Any, api: Any) -> Any:
    update = {"api": api, "api_dependencies": [], "optional_api_dependencies": []}
    return spec.model_copy(update=update)


def _api_names() -> set[str]:
    return {each.value for each in Api}


def _access_policy(config: Any) -> Any:
    auth = getattr(config.server, "auth", None)
    return getattr(auth, "access_policy", None) or []


@contextlib.contextmanager
def _stand_ins(config: Any) -> Iterator[None]:
    """Put stand-ins in place of providers, and of the stores of routers."""
    real = resolver.instantiate_provider

    async def instantiate(provider: Any, *args: Any, **kwargs: Any) -> Any:
        if provider.provider_id in ("__routing_table__", "__autorouted__"):
            return await real(provider, *args, **kwargs)
        found = StandIn(_listed_models(provider, config))
        found.__provider_id__ = provider.provider_id
        found.__provider_spec__ = provider.spec
        found.__provider_config__ = None
        return found

    patches = [
        mock.patch.object(resolver, "instantiate_provider", instantiate),
        _module_in_place(INFERENCE_STORE, _store_module()),
    ]
    table = _models_table()
    if hasattr(table, "listed_providers"):
        # shared by all servers of a process until 1.0
        patches.append(mock.patch.object(table, "listed_providers", set()))
    with contextlib.ExitStack() as stack_of_patches:
        for each in patches:
            stack_of_patches.enter_context(each)
        yield


@contextlib.contextmanager
def _module_in_place(name: str, module: types.ModuleType) -> Iterator[None]:
    """Put a module in place of another one.

    `mock.patch.dict` would forget all modules that are imported meanwhile, and each
    start would import them again.
    """
    real = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        del sys.modules[name]
        if real is not None:
            sys.modules[name] = real


def _store_module() -> Any:
    """Return a module whose store needs no database, and no driver of one."""
    module = types.ModuleType(INFERENCE_STORE)
    module.InferenceStore = StandInStore  # type: ignore[attr-defined]
    return module


def _models_table() -> Any:
    with contextlib.suppress(ModuleNotFoundError):
        name = f"{PACKAGE}.{CORE}.routing_tables.models"
        return importlib.import_module(name).ModelsRoutingTable
    return None


def _listed_models(provider: Any, config: Any) -> list[Any]:
    """Return the models that a provider lists, as far as the file alone decides."""
    if provider.spec.api != Api.inference:
        return []
    listed = _listed(provider.spec)
    if listed is None and "inline::" not in provider.provider_type:
        listed = {}
        registered = {
            name
            for model in _registered_models(config)
            if model.provider_id == provider.provider_id
            for name in (model.model_id, model.provider_model_id)
        }
        for kind, model in _default_models(getattr(config, "vector_stores", None)):
            is_own = model.provider_id == provider.provider_id
            names = _listable(provider.spec, kind, model)
            can_be_listed = names is None or model.model_id in names
            if is_own and can_be_listed and model.model_id not in registered:
                listed.setdefault(kind, set()).add(model.model_id)
    found = []
    for kind, names in (listed or {}).items():
        for name in sorted(names):
            found.append(
                SimpleNamespace(
                    identifier=name,
                    provider_resource_id=name,
                    provider_id=provider.provider_id,
                    model_type=kind,
                    metadata={"embedding_dimension": 768},
                )
            )
    return found


def _registered_models(config: Any) -> list[Any]:
    return list(getattr(config, "registered_resources", config).models)


def _memory_registry() -> Any:
    """Return the release's own registry over a store in memory."""
    registry = importlib.import_module(f"{PACKAGE}.{CORE}.store.registry")
    return registry.CachedDiskDistributionRegistry(_MemoryStore())


class _MemoryStore:
    """The key-value store of a server that starts for the first time."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self._values.get(key)

    async def set(self, key: str, value: str, *_: Any) -> None:
        self._values[key] = value

    async def delete(self, key: str) -> None:
        self._values.pop(key, None)

    async def range(self, start: str, end: str) -> list[str]:
        # the name until 0.2.5
        return await self.values_in_range(start, end)

    async def values_in_range(self, start: str, end: str) -> list[str]:
        keys = sorted(key for key in self._values if start <= key < end)
        return [self._values[key] for key in keys]


def main() -> int:
    """Judge the files that the command line names."""
    with contextlib.redirect_stdout(sys.stderr):
        files = [judge(path) for path in sys.argv[1:]]
    print(json.dumps({"release": VERSION, "files": files}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
