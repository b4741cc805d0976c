"""0.4 → 0.5: `registered_resources.connectors` moves to the top (0.5.0,
#4263).

0.4 reads the list without using it; later releases drop it there.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.releases.resources import RESOURCES_SECTION

KEY = "connectors"


def run(context: StepContext) -> Changes:
    """Move the list; remove an empty one."""
    section = mapping_at(context.data, (RESOURCES_SECTION,))
    if KEY not in section:
        return
    path = (RESOURCES_SECTION, KEY)
    old = section[KEY]
    new = context.data.get(KEY)
    if old and new and old != new:
        message = f"'{'.'.join(path)}' and '{KEY}' both have entries; merge them"
        yield context.action_required(message, path)
        return
    moved = None
    if old and not new:
        moved = context.text.editable_node(path)
    if moved is not None:
        yield from context.text.add((KEY,), moved)
    yield from context.text.remove(path, moved)
