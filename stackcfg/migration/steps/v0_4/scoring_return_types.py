"""0.3 → 0.4: a scoring function cannot return `agent_turn_input` any more (0.4.0, upstream #4055).

The models of 0.4.0 refuse a file that registers one. Source: the config models of the released wheels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import Context
from stackcfg.migration.editing.comment_out import Retired, retired
from stackcfg.paths import at
from stackcfg.releases.resources import SECTION

LIST = (SECTION, "scoring_fns")
GONE: Final = "agent_turn_input"


def run(context: Context) -> Iterator[Change]:
    """Turn such a function into a comment."""
    found = at(context.data, LIST)
    yield from retired(
        context,
        [
            Retired((*LIST, index), f"no scoring function returns '{GONE}' since 0.4.0")
            for index, each in enumerate(found if isinstance(found, list) else ())
            if at(each, ("return_type", "type")) == GONE
        ],
    )
