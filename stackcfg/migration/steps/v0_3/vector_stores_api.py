"""0.2 → 0.3: the API `vector_dbs` is called `vector_stores` (upstream #3864).

A server that is told to serve the old name fails at start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at

OLD: Final = "vector_dbs"
NEW: Final = "vector_stores"


def run(context: StepContext) -> Iterator[Change]:
    """Rename the entry of `apis`; remove it where the new name is listed too."""
    apis = list_at(context.data, ("apis",))
    indexes = [index for index, each in enumerate(apis) if each == OLD]
    if indexes and NEW in apis:
        yield from context.text.remove_items(("apis",), indexes)
        return
    for index in indexes:
        yield from context.text.set(("apis", index), NEW)
