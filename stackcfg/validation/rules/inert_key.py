"""A key that the release reads and does not use.

`storage.stores.responses` is checked and not used in any release. `logging` is
not used: the server reads `logging_config`, and from 1.2.0 on only the
environment. `registered_resources.vector_stores` is registered only from 0.4.3
on (upstream #4616), and from 0.7.0 on `registered_resources.tool_groups` is
ignored (#4997), with MCP servers and tool groups of your own.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.changes import (
    LOGGING_KEY,
    LOGGING_UNREAD_SINCE,
    LOGGING_VARIABLE,
    RENAMED_STORES,
)
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import apis
from stackcfg.releases.resources import RESOURCES_SECTION, registered_at_start
from stackcfg.runconfig.sections import UNUSED_STORE_PATH
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, key_of

CONNECTORS_SINCE: Final = (0, 5)


def check(inspection: Inspection) -> Findings:
    for path, advice in _unused_keys(inspection):
        if value_at(inspection.data, path) and path not in inspection.dropped_paths:
            yield RuleFinding(
                key_of(*path),
                f"{inspection.release} reads '{path[-1]}' but does not use it",
                help=advice,
                unsafe=UnsafeFix(f"remove '{path[-1]}'", (Removal(path),)),
            )


def _unused_keys(inspection: Inspection) -> Iterator[tuple[Path, str]]:
    """Yield the path of each unused key, with what to write instead."""
    api = "agents"
    if api not in apis(inspection.version):
        api = RENAMED_STORES[api]
    advice = f"remove it: the provider of '{api}' says where responses are stored"
    yield UNUSED_STORE_PATH, advice
    if inspection.version < LOGGING_UNREAD_SINCE:
        yield ("logging",), f"write '{LOGGING_KEY}' instead"
    else:
        yield ("logging",), f"set {LOGGING_VARIABLE} in the environment instead"
    known = config_model("RegisteredResources", inspection.version).fields
    for name in as_mapping(inspection.data.get(RESOURCES_SECTION)):
        if name in known and name not in registered_at_start(inspection.version):
            yield (RESOURCES_SECTION, name), _replace_list(inspection, name)


def _replace_list(inspection: Inspection, name: str) -> str:
    if name == "tool_groups" and inspection.version >= CONNECTORS_SINCE:
        return "built-in groups register themselves; write MCP servers as 'connectors'"
    return "remove it: this release registers nothing in it"


RULE = Rule("inert-key", WARNING, __doc__, check)
