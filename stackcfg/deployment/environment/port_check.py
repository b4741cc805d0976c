"""The port of a server whose config names another one than it listened on."""

from __future__ import annotations

from typing import Final

from stackcfg.deployment.environment.server_plan import ServerPlan
from stackcfg.manifests.server_start import UVICORN, find_start
from stackcfg.migration.changes import CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import CONFIG_PORT_SINCE
from stackcfg.releases.server_places import SERVER_PORT

_PORT: Final = lazy_pattern(
    r"(?m)^([ \t]*)server:[ \t]*\r?\n(?:\1[ \t]+\S[^\n]*\n)*?\1[ \t]+port:[ \t]*(\S+)"
)
_VARIABLES: Final = ("LLAMA_STACK_PORT", "LLS_PORT", "OGX_PORT")


def check_port(plan: ServerPlan) -> None:
    """Say where ogx listens if nothing but the config says it.

    `llama stack run` had a default, so that the port of the config never
    counted; since 1.1 it does.
    """
    server = plan.server
    if not server.is_old or plan.target < CONFIG_PORT_SINCE or _names_port(plan):
        return
    for text in server.configs:
        match = _PORT.search(text)
        # a placeholder says the same by its default, or names the variable itself
        if match is None or str(SERVER_PORT) in match[2] or "_PORT" in match[2]:
            continue
        message = (
            f"the config says port {match[2]}, which counts now; the server listened "
            f"on {SERVER_PORT}; set 'OGX_PORT={SERVER_PORT}' to keep that"
        )
        plan.changes.note(CHECK, message, server.offset)


def _names_port(plan: ServerPlan) -> bool:
    """Return whether a flag or a variable says the port, or uvicorn does."""
    words: list[str] = []
    if plan.server.command is not None:
        words = plan.server.command.values
    start = find_start(words)
    if start is not None and start.kind == UVICORN:
        return True
    texts = [*words, *(region.old for region in plan.server.scripts)]
    is_flag = any("--port" in text for text in texts)
    return is_flag or any(name in plan.server.known for name in _VARIABLES)
