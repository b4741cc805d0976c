"""0.3 → 0.4: a scoring function cannot return `agent_turn_input` any more (0.4.0, upstream #4055).

The models of 0.4.0 refuse a file that registers one. Source: the config models of the released wheels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import value_at
from stackcfg.releases.resources import RESOURCES_SECTION

LIST = (RESOURCES_SECTION, "scoring_fns")
GONE: Final = "agent_turn_input"


def run(context: StepContext) -> Iterator[Change]:
    """Turn such a function into a comment."""
    found = value_at(context.data, LIST)
    yield from comment_out(
        context,
        [
            CommentedOut(
                (*LIST, index), f"no scoring function returns '{GONE}' since 0.4.0"
            )
            for index, each in enumerate(found if isinstance(found, list) else ())
            if value_at(each, ("return_type", "type")) == GONE
        ],
    )
