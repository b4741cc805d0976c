"""0.4 → 0.5: `registered_resources.connectors` is `connectors`, at the top level (0.5.0, upstream #4263).

0.4 reads the list and does nothing with it; later releases drop it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import PARTIAL, Change, Note, Put
from stackcfg.migration.context import Context
from stackcfg.migration.editing.fields import removed
from stackcfg.migration.editing.placing import insert_entry
from stackcfg.paths import at
from stackcfg.releases.resources import SECTION
from stackcfg.yamltext.emit import Field

KEY: Final = "connectors"


def run(context: Context) -> Iterator[Change]:
    """Move the list; an empty one goes."""
    path = (SECTION, KEY)
    section = at(context.data, (SECTION,))
    if not isinstance(section, dict) or KEY not in section:
        return
    listed, there = section[KEY], context.data.get(KEY)
    if listed and there and listed != there:
        yield Note(PARTIAL, f"'{'.'.join(path)}' and '{KEY}' both have entries: merge them", context.offset(path))
        return
    node = context.own(path) if listed and not there else None
    if node is not None:
        if KEY in context.data:
            yield from removed(context, (KEY,))
        yield Put((KEY,), listed)
        yield insert_entry(context, context.root, Field(KEY, node))
    yield from removed(context, path, node)
