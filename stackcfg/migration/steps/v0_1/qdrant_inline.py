"""Within 0.1: a Qdrant in a local folder is `inline::qdrant` (0.1.8, #1273).

Before, it was `remote::qdrant` with a `path`. The remote provider now drops
the key, and would look for a server.
"""

from stackcfg.migration.changes import INFO, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out

KEPT = ("path", "kvstore")


def run(context: StepContext) -> Changes:
    """Write the type of a local Qdrant; comment out the settings of a
    connection.
    """
    removed: list[CommentedOut] = []
    reason = "a Qdrant in a local folder has no connection"
    for path, config in context.configs_of("vector_io", "remote::qdrant"):
        if config.get("path"):
            type_path = (*path[:-1], "provider_type")
            yield from context.text.set(type_path, "inline::qdrant")
            keys = [key for key in config if key not in KEPT]
            removed += [CommentedOut((*path, key), reason, INFO) for key in keys]
    yield from comment_out(context, removed)
