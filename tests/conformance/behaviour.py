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


QUESTIONS = {
    each.__name__: each for each in (choose_tool_groups, judge_access, served_apis)
}

if __name__ == "__main__":
    question, text = sys.argv[1:]
    json.dump(QUESTIONS[question](json.loads(text)), OUT)
