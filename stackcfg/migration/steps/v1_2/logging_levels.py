"""ogx 1.1 → 1.2: `logging_config` is read no more (1.2.0); what it set, a variable of the environment sets.

Source: `create_app` and the command of ogx 1.1.3 and 1.2.0, `parse_environment_config` of ogx 1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO, Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import value_at
from stackcfg.releases.changes import LOGGING_KEY, LOGGING_VARIABLE
from stackcfg.runconfig.values import as_string

LEVELS: Final = "category_levels"


def run(context: StepContext) -> Iterator[Change]:
    """Leave the section as a comment, and say how its levels are set now."""
    section = context.data.get(LOGGING_KEY)
    if LOGGING_KEY not in context.data:
        return
    levels = value_at(section, (LEVELS,))
    others = (
        [str(name) for name in section if name != LEVELS]
        if isinstance(section, Mapping)
        else []
    )
    if others:
        reason, kind = (
            f"'{LOGGING_KEY}' is read no more, nothing takes the place of '{others[0]}'",
            ACTION_REQUIRED,
        )
    elif isinstance(levels, Mapping) and levels:
        words = ",".join(f"{name}={as_string(level)}" for name, level in levels.items())
        reason, kind = (
            f"'{LOGGING_KEY}' is read no more, the environment sets the levels: {LOGGING_VARIABLE}={words}",
            CHECK,
        )
    else:
        reason, kind = f"'{LOGGING_KEY}' is read no more, and holds nothing", INFO
    yield from comment_out(context, [CommentedOut((LOGGING_KEY,), reason, kind)])
