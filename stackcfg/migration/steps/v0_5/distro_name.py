"""0.4 → 0.5: `image_name` is called `distro_name` (0.5.0, upstream #4396).

The old name is accepted with a warning in the log. A number is refused
under the old name and accepted under the new one.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_ignored

OLD = "image_name"
NEW = "distro_name"


def run(context: StepContext) -> Changes:
    """Rename the key; where the file has both, the server reads the new one."""
    if OLD not in context.data:
        return
    if NEW not in context.data:
        yield from context.text.rename((OLD,), NEW)
    elif context.data[NEW] == context.data[OLD]:
        yield from context.text.remove((OLD,))
    else:
        yield from comment_out_ignored(context, (OLD,), NEW)
