"""0.6 → 0.7: the API `agents` is called `responses` (0.7.0, upstream #5195).

Its provider is called `inline::builtin` (#5131). The config of the provider stays. A
server that is told of agents fails at start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at, mapping_at, value_at
from stackcfg.releases.providers import resolve_api_name
from stackcfg.releases.versions import Release

BEFORE: Final[Release] = (0, 6, 1)
OLD: Final = "agents"
NEW: Final = "responses"
KINDS: Final = {"inline::meta-reference": "inline::builtin"}


def run(context: StepContext) -> Iterator[Change]:
    """Rename the API in both places, and the type of its provider."""
    yield from _rename_in_apis(context)
    section = mapping_at(context.data, ("providers",))
    names = [name for name in section if _is_old(name)]
    # of two lists for one API the step `removals` reports what does not fit
    if len(names) != 1 or NEW in section:
        return
    path = ("providers", names[0])
    for index, provider in enumerate(list_at(context.data, path)):
        new_kind = KINDS.get(str(value_at(provider, ("provider_type",))))
        if new_kind is not None:
            yield from context.text.set((*path, index, "provider_type"), new_kind)
    yield from context.text.rename(path, NEW)


def _is_old(name: Any) -> bool:
    return isinstance(name, str) and resolve_api_name(name, BEFORE) == OLD


def _rename_in_apis(context: StepContext) -> Iterator[Change]:
    """Rename the entry of `apis`; remove it where the new name is listed too."""
    apis = list_at(context.data, ("apis",))
    indexes = [index for index, each in enumerate(apis) if _is_old(each)]
    if indexes and NEW not in apis:
        yield from context.text.set(("apis", indexes[0]), NEW)
        indexes = indexes[1:]
    if indexes:
        yield from context.text.remove_items(("apis",), indexes)
