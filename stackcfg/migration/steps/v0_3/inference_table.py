"""Within 0.3: `table_name` of the inference store counts (0.3.5, upstream #4371).

Until then the rows were in `chat_completions`, whatever the config said; files of 0.3 say `inference_store`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import rewritten
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.stores.store_map import is_reference

TABLE: Final = "chat_completions"
STORE = ("storage", "stores", "inference")


def run(context: StepContext) -> Iterator[Change]:
    """Name the table that has the rows, where every store keeps its place; else say where they are.

    A file of 0.2 has got its catalog on the way here, with the table that its layout wants.
    """
    reference = value_at(context.data, STORE)
    age = context.release.age
    if age.written_here or age.certainly_before(CATALOG_SINCE):
        return
    if not is_reference(reference):
        return
    name, where = reference.get("table_name"), (*STORE, "table_name")
    if name in (None, TABLE):
        return
    if context.layout != CONSOLIDATE:
        yield from rewritten(context, where, TABLE)
    elif age.certainly_before(context.release.since):
        message = f"the inference history is in the table '{TABLE}', 0.3.5 reads '{name}': name that one to see it"
        yield StepNote(CHECK, message, context.text.offset(where))
