"""Within 0.1: a Qdrant in a local folder is `inline::qdrant`, no longer `remote::qdrant` with `path` (0.1.8, #1273).

The remote provider drops the key, and would look for a server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.editing.fields import providers_of, rewritten
from stackcfg.paths import value_at

KEPT: Final = ("path", "kvstore")


def run(context: StepContext) -> Iterator[Change]:
    """Write the type of a local one; the settings of a connection go."""
    gone = []
    for path, entry in providers_of(context, "vector_io", "remote::qdrant"):
        config = value_at(entry, ("config",))
        if not isinstance(config, dict) or not config.get("path"):
            continue
        yield from rewritten(context, (*path, "provider_type"), "inline::qdrant")
        reason = "a Qdrant in a local folder has no connection"
        gone += [
            CommentedOut((*path, "config", key), reason, INFO)
            for key in config
            if key not in KEPT
        ]
    yield from comment_out(context, gone)
