"""0.4 → 0.5: `registered_resources.connectors` is `connectors`, at the top level (0.5.0, upstream #4263).

0.4 reads the list and does nothing with it; later releases drop it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import removed
from stackcfg.migration.editing.placing import insert_entry
from stackcfg.paths import value_at
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.yamltext.emit import Field

KEY: Final = "connectors"


def run(context: StepContext) -> Iterator[Change]:
    """Move the list; an empty one goes."""
    path = (RESOURCES_SECTION, KEY)
    section = value_at(context.data, (RESOURCES_SECTION,))
    if not isinstance(section, dict) or KEY not in section:
        return
    listed, there = section[KEY], context.data.get(KEY)
    if listed and there and listed != there:
        yield StepNote(
            ACTION_REQUIRED,
            f"'{'.'.join(path)}' and '{KEY}' both have entries: merge them",
            context.text.offset(path),
        )
        return
    node = context.text.editable_node(path) if listed and not there else None
    if node is not None:
        if KEY in context.data:
            yield from removed(context, (KEY,))
        yield Put((KEY,), listed)
        yield insert_entry(context, context.text.root, Field(KEY, node))
    yield from removed(context, path, node)
