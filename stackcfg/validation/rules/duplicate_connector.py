"""Two connectors with the same id.

The server registers one after the other, so that the last one takes the place of
those before it: their addresses are gone, and no message says so (0.5.0).

    connectors:
    - {connector_id: wiki, connector_type: mcp, url: "http://old/mcp"}   # ignored
    - {connector_id: wiki, connector_type: mcp, url: "http://new/mcp"}
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.releases.changes import CONNECTORS_SINCE
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, value_of

CONNECTORS: Final = "connectors"
ID: Final = "connector_id"


def check(inspection: Inspection) -> Findings:
    """Report each connector that a later one with its id replaces."""
    if inspection.version < CONNECTORS_SINCE:
        return
    last: dict[str, Path] = {}
    entries = list_at(inspection.data, (CONNECTORS,))
    for index in reversed(range(len(entries))):
        path: Path = (CONNECTORS, index)
        name = as_mapping(entries[index]).get(ID)
        if not isinstance(name, str):
            continue
        other = last.setdefault(name, path)
        if other != path:
            yield RuleFinding(
                value_of(*path, ID),
                f"another connector has the id '{name}'; the server ignores this one",
                help="give one of the two another id, or remove it",
                also=((value_of(*other, ID), "the server uses this one"),),
                unsafe=UnsafeFix(
                    "remove the one that the server ignores", (Removal(path),)
                ),
            )


RULE = Rule("duplicate-connector", WARNING, __doc__, check)
