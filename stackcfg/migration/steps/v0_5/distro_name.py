"""0.4 → 0.5: `image_name` is called `distro_name` (0.5.0, upstream #4396).

The old name is accepted with a warning that nobody sees; as a number it is refused, as the new one it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.editing.fields import removed, renamed_key
from stackcfg.yamltext.document import ParseError

OLD: Final = "image_name"
NEW: Final = "distro_name"


def run(context: StepContext) -> Iterator[Change]:
    """Rename the key; take it out where the new one is in the file too, which wins."""
    if OLD not in context.data:
        return
    if NEW in context.data and context.data[NEW] == context.data[OLD]:
        yield from removed(context, (OLD,))
    elif NEW in context.data:
        yield from comment_out(
            context,
            [
                CommentedOut(
                    (OLD,), f"'{NEW}' is in the file too, and is what counts", CHECK
                )
            ],
        )
    else:
        entry = context.text.root.entry(OLD)
        if entry is None:
            where = context.text.offset((OLD,))
            raise ParseError(
                f"'{OLD}' comes from an anchor", where, "write it out, then migrate"
            )
        yield Delete((OLD,))
        yield Put((NEW,), context.data[OLD])
        yield renamed_key(entry[0], NEW)
