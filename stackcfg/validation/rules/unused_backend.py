"""A backend that no store refers to.

The server opens it all the same. Often it is what is left of a store that was meant to use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.dangling_references import dangling_references
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

READERS: Final = ("providers", "storage", "server")
"""The sections that hold references; a `backend` elsewhere is data of its own."""


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each backend that nothing names, and that nothing meant either."""
    section = value_at(inspection.data, ("storage", "backends"))
    if not isinstance(section, Mapping) or inspection.version < CATALOG_SINCE:
        return
    followed = {
        use.reference.backend for use in inspection.stores.stores if use.reference
    }
    if all(name in followed for name in section):
        return
    named = {
        name
        for data in (inspection.data, *inspection.readings)
        for part in READERS
        for name in _named(data.get(part))
    }
    if inspection.version >= DEFAULTS_SINCE:
        named |= set(DEFAULT_BACKENDS.values())
    unused = [name for name in section if isinstance(name, str) and name not in named]
    meant = (
        {each.meant for each in dangling_references(inspection)} if unused else set()
    )
    for name in unused:
        if name not in meant:
            yield RuleFinding(
                key_of("storage", "backends", name),
                f"no store uses the backend '{name}'",
                help="refer to it, or remove it",
            )


def _named(data: Any) -> Iterator[str]:
    """Every text under a key `backend`, wherever it stands."""
    if isinstance(data, Mapping):
        for name, item in data.items():
            if name == "backend" and isinstance(item, str):
                yield item
            else:
                yield from _named(item)
    elif isinstance(data, list):
        for item in data:
            yield from _named(item)


RULE: Final = Rule("unused-backend", WARNING, __doc__, check=check)
