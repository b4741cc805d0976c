"""0.4 → 0.5: `table_name` of the responses store counts (0.5.0, upstream #4764).

Until then the rows were in `openai_responses`, whatever the config said; files of 0.3 and 0.4 say `responses`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import providers_of, rewritten
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.stores.store_map import is_reference

TABLE: Final = "openai_responses"


def run(context: StepContext) -> Iterator[Change]:
    """Name the table that has the rows, where every store keeps its place; else say where they are."""
    age = context.release.age
    for path, provider in providers_of(context, "agents", "inline::meta-reference"):
        store = ("config", "persistence", "responses")
        reference = value_at(provider, store)
        if not is_reference(reference) or reference.get("table_name") in (None, TABLE):
            continue
        where = (*path, *store, "table_name")
        if context.layout != CONSOLIDATE:
            yield from rewritten(context, where, TABLE)
        elif not (age.written_here or age.certainly_before(CATALOG_SINCE)):
            name = reference["table_name"]
            message = f"stored responses are in the table '{TABLE}', 0.5 reads '{name}': name that one to see them"
            yield StepNote(CHECK, message, context.text.offset(where))
