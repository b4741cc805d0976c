"""0.2 → 0.3: the API `vector_dbs` is called `vector_stores` (upstream #3864).

A server that is told to serve the old name fails at start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.yamltext.document import SEQUENCE
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import remove_item

OLD: Final = "vector_dbs"
NEW: Final = "vector_stores"


def run(context: StepContext) -> Iterator[Change]:
    """Rename the entry of `apis`, or take it out where the new name is listed too."""
    listed = value_at(context.data, ("apis",))
    if not isinstance(listed, list) or OLD not in listed:
        return
    apis = context.text.editable_node(("apis",))
    if apis is None or apis.kind != SEQUENCE:
        return
    for index, item in enumerate(apis.items):
        if item.target.text != OLD:
            continue
        if NEW in listed:
            yield Delete(("apis", index))
            yield remove_item(context.text.document, context.text.comments, apis, index)
        else:
            yield Put(("apis", index), NEW)
            yield Edit(item.start, item.end, (f'"{NEW}"' if item.style else NEW,))
