"""A key that the release reads and never uses.

`storage.stores.responses` is checked and used by nothing in any release; `logging` is inert, since the server reads
`logging_config`, and from 1.2.0 the environment only; `registered_resources.vector_stores` is registered only from
0.4.3 (upstream #4616), and from 0.7.0 `registered_resources.tool_groups` is emptied (#4997): MCP servers and tool
groups of your own are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import (
    LOGGING_KEY,
    LOGGING_UNREAD_SINCE,
    LOGGING_VARIABLE,
)
from stackcfg.releases.models import config_model
from stackcfg.releases.resources import RESOURCES_SECTION, registered_at_start
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import DROPPED
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

CONNECTORS_SINCE: Final = (0, 5)
INERT: Final[tuple[tuple[Path, str], ...]] = (
    (
        ("storage", "stores", "responses"),
        "responses are kept where the agents provider says",
    ),
)
LOGGING: Final[Path] = ("logging",)


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each such key that holds something."""
    is_read = inspection.version < LOGGING_UNREAD_SINCE
    levels = (
        f"the server reads '{LOGGING_KEY}' instead"
        if is_read
        else f"set {LOGGING_VARIABLE} in the environment instead"
    )
    found = [*INERT, (LOGGING, levels), *_unregistered(inspection)]
    dropped = {each.path for each in inspection.model_errors if each.kind == DROPPED}
    for path, instead in found:
        if value_at(inspection.data, path) and path not in dropped:
            yield RuleFinding(
                key_of(*path),
                f"{format_release(inspection.version)} reads '{path[-1]}' and never uses it",
                help=instead,
            )


def _unregistered(inspection: Inspection) -> Iterator[tuple[Path, str]]:
    section: Any = inspection.data.get(RESOURCES_SECTION)
    known = config_model("RegisteredResources", inspection.version).fields
    for name in section if isinstance(section, Mapping) else ():
        if name in known and name not in registered_at_start(inspection.version):
            moved = name == "tool_groups" and inspection.version >= CONNECTORS_SINCE
            yield (
                (RESOURCES_SECTION, name),
                "built-in groups register themselves; write MCP servers as 'connectors'"
                if moved
                else "nothing in it is registered by this release",
            )


RULE: Final = Rule("inert-key", WARNING, __doc__, check=check)
