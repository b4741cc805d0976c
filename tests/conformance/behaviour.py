"""What a release does where no key of a config says so, as JSON on standard output.

Run with the Python of an environment that holds the release: `python behaviour.py QUESTION CONFIG`. The file stands
alone; it calls functions of the release and starts no server.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import logging
import os
import sys
from types import SimpleNamespace
from typing import Any

OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the packages write to standard output as well
logging.disable(logging.CRITICAL)

PACKAGE = "ogx" if importlib.util.find_spec("ogx") else "llama_stack"


def part(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.{name}")


class ToolGroups:
    """Notes which provider is registered for each tool group."""

    def __init__(self) -> None:
        self.registered: dict[str, str] = {}

    async def unregister_toolgroup(self, name: str) -> None:
        """Do nothing: no group is registered before."""

    async def register_tool_group(self, toolgroup_id: str, provider_id: str) -> None:
        self.registered[toolgroup_id] = provider_id


def choose_tool_groups(config: dict[str, Any]) -> dict[str, str]:
    """Return the provider that the server registers for each tool group."""
    stack = part("core.stack")
    resolved = stack.replace_env_vars(config)
    providers = [
        SimpleNamespace(**{"config": {}, **entry})
        for entry in resolved["providers"]["tool_runtime"]
    ]
    # only the providers of a config are asked for
    asked = SimpleNamespace(
        providers={"tool_runtime": providers},
        external_providers_dir=None,
        external_apis_dir=None,
    )
    groups = ToolGroups()
    api = importlib.import_module(f"{PACKAGE}_api").Api
    asyncio.run(stack.auto_register_tool_groups(asked, {api.tool_groups: groups}))
    return groups.registered


def judge_access(_config: dict[str, Any]) -> dict[str, bool]:
    """Return who may read a resource, by the default rules and by conditions."""
    control, user_type = (
        part("core.access_control.access_control"),
        part("core.datatypes").User,
    )

    def user(name: str, **attributes: list[str]) -> Any:
        return user_type(principal=name, attributes=attributes or None)

    def resource(owner: Any) -> Any:
        return SimpleNamespace(type="model", identifier="m", owner=owner)

    def may_read(owner: Any, who: Any) -> bool:
        return bool(
            control.is_action_allowed([], control.Action.READ, resource(owner), who)
        )

    def holds(condition: str) -> bool:
        owner, who = user("owner", roles=["a"]), user("other", teams=["b"])
        conditions = control.parse_conditions([condition])
        return bool(control.matches_conditions(conditions, resource(owner), who))

    owner = user("owner", roles=["a"], teams=["b"])
    return {
        "shares one": may_read(owner, user("other", roles=["a"], teams=["c"])),
        "shares each": may_read(owner, user("other", roles=["a"], teams=["b"])),
        "owner has none": may_read(user("owner"), user("other", roles=["a"])),
        "user in owners teams": holds("user in owners teams"),
        "user not in owners teams": holds("user not in owners teams"),
    }


def served_apis(config: dict[str, Any]) -> list[str]:
    """Return the APIs that the server serves."""
    asked = SimpleNamespace(apis=config["apis"])
    return sorted(part("core.server.server").apis_to_serve(asked, {}))


class _Rows:
    """A store that keeps the connectors of the server, of either family."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def set(self, key: str, value: str) -> None:
        self.kept[key] = value

    async def keys_in_range(self, **_: str) -> list[str]:
        return list(self.kept)

    async def values_in_range(self, **_: str) -> list[str]:
        return list(self.kept.values())

    async def fetch_one(self, where: dict[str, str], **_: str) -> Any:
        return self.kept.get(where["id"])

    async def fetch_all(self, **_: str) -> Any:
        return SimpleNamespace(data=list(self.kept.values()))

    async def insert(self, data: dict[str, Any], **_: str) -> None:
        self.kept[data["id"]] = data

    async def update(
        self, data: dict[str, Any], where: dict[str, str], **_: str
    ) -> None:
        self.kept[where["id"]] = data


def register_connectors(config: dict[str, Any]) -> dict[str, str]:
    """Return the address that the server keeps of each connector."""
    module = part("core.connectors.connectors")
    service = object.__new__(module.ConnectorServiceImpl)
    service.kvstore = service.sql_store = _Rows()
    given = [
        SimpleNamespace(**{"server_label": None, **each})
        for each in config["connectors"]
    ]
    for each in given:
        each.connector_type = module.ConnectorType(each.connector_type)
    api = importlib.import_module(f"{PACKAGE}_api").Api
    asked = SimpleNamespace(connectors=given)
    asyncio.run(
        part("core.stack").register_connectors(asked, {api.connectors: service})
    )
    listed = asyncio.run(service.list_connectors()).data
    return {each.connector_id: each.url for each in listed}


def limit_models(config: dict[str, Any]) -> dict[str, list[str]]:
    """Return what a provider does with a model that `allowed_models` leaves out."""
    return asyncio.run(_limit_models(config))


def called_address(config: dict[str, Any]) -> str:
    """Return the address that the OpenAI client of a provider calls."""
    # imported by releases that do not need them for that
    image = SimpleNamespace(Image=SimpleNamespace(Image=object))
    sys.modules.setdefault("PIL", image)
    sys.modules.setdefault("ollama", SimpleNamespace(AsyncClient=_Client))
    provider = asyncio.run(_make_provider(config))
    return str(provider.get_base_url())


async def _make_provider(config: dict[str, Any]) -> Any:
    specs = part("providers.registry.inference").available_providers()
    (spec,) = (each for each in specs if _kind_of(each) == config["provider_type"])
    module, _, name = spec.config_class.rpartition(".")
    settings = getattr(importlib.import_module(module), name)(**config["config"])
    provider = await importlib.import_module(spec.module).get_adapter_impl(settings, {})
    provider.__provider_id__ = "asked"
    provider.__provider_spec__ = spec
    return provider


async def _limit_models(config: dict[str, Any]) -> dict[str, list[str]]:
    provider = await _make_provider(config)
    provider.model_store = _EmptyStore()
    service = type(provider)
    service.list_provider_model_ids = _list_two
    service.client = property(lambda _: _Client())
    listed = [each.provider_resource_id for each in await provider.list_models() or ()]
    return {
        "listed": listed,
        "registered": [name for name in NAMES if await _registers(provider, name)],
        "answered": [name for name in NAMES if _answers(provider, name)],
    }


NAMES = ("inside", "outside")
"""The models of a service."""


def _kind_of(spec: Any) -> str:
    return str(getattr(spec, "provider_type", ""))


async def _list_two(*_: Any) -> list[str]:
    return list(NAMES)


class _EmptyStore:
    """The registry of a server that starts for the first time."""

    async def has_model(self, _name: str) -> bool:
        return False


class _Client:
    """A client of the service."""

    @property
    def models(self) -> Any:
        return self

    async def list(self) -> Any:
        for name in NAMES:
            yield SimpleNamespace(id=name)


async def _registers(provider: Any, name: str) -> bool:
    model = _model_type()(
        identifier=f"asked/{name}",
        provider_resource_id=name,
        provider_id="asked",
        model_type="llm",
    )
    try:
        await provider.register_model(model)
    except Exception:  # each type has one of its own
        return False
    return True


def _answers(provider: Any, name: str) -> bool:
    if not hasattr(provider, "_validate_model_allowed"):
        return True
    try:
        provider._validate_model_allowed(name)
    except ValueError:
        return False
    return True


def _model_type() -> Any:
    for module in (f"{PACKAGE}_api", f"{PACKAGE}.apis.models"):
        if importlib.util.find_spec(module):
            return importlib.import_module(module).Model
    raise ModuleNotFoundError(PACKAGE)


QUESTIONS = {
    each.__name__: each
    for each in (
        called_address,
        choose_tool_groups,
        judge_access,
        limit_models,
        register_connectors,
        served_apis,
    )
}

if __name__ == "__main__":
    question, text = sys.argv[1:]
    json.dump(QUESTIONS[question](json.loads(text)), OUT)
