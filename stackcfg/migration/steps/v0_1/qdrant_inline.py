"""Within 0.1: a Qdrant in a local folder is `inline::qdrant`, not `remote::qdrant` with a `path` (0.1.8, #1273).

The remote provider drops the key, and would look for a server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import mapping_at

KEPT: Final = ("path", "kvstore")


def run(context: StepContext) -> Iterator[Change]:
    """Write the type of a local Qdrant; comment out the settings of a connection."""
    removed = []
    reason = "a Qdrant in a local folder has no connection"
    for path, provider in context.providers_of("vector_io", "remote::qdrant"):
        config = mapping_at(provider, ("config",))
        if not config.get("path"):
            continue
        yield from context.text.set((*path, "provider_type"), "inline::qdrant")
        for key in config:
            if key not in KEPT:
                removed.append(CommentedOut((*path, "config", key), reason, INFO))
    yield from comment_out(context, removed)
