"""0.6 → 0.7: no dataset has the purpose `post-training/messages` any more (0.7.0, upstream #5104).

The models of 0.7 refuse a file that registers one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import value_at
from stackcfg.releases.resources import RESOURCES_SECTION

LIST = (RESOURCES_SECTION, "datasets")
GONE: Final = "post-training/messages"


def run(context: StepContext) -> Iterator[Change]:
    """Turn such a dataset into a comment."""
    found = value_at(context.data, LIST)
    yield from comment_out(
        context,
        [
            CommentedOut((*LIST, index), f"0.7 has no dataset purpose '{GONE}'")
            for index, each in enumerate(found if isinstance(found, list) else ())
            if value_at(each, ("purpose",)) == GONE
        ],
    )
