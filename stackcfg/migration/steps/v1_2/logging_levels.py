"""ogx 1.1 → 1.2: `logging_config` is read no more (1.2.0); what it set, a variable of the environment sets.

Source: `create_app` and the command of ogx 1.1.3 and 1.2.0, `parse_environment_config` of ogx 1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import ACTION, INFO, PARTIAL, Change
from stackcfg.migration.context import Context
from stackcfg.migration.editing.comment_out import Retired, retired
from stackcfg.paths import at
from stackcfg.releases.logging_section import KEY, VARIABLE
from stackcfg.runconfig.values import text_of

LEVELS: Final = "category_levels"


def run(context: Context) -> Iterator[Change]:
    """Leave the section as a comment, and say how its levels are set now."""
    section = context.data.get(KEY)
    if KEY not in context.data:
        return
    levels = at(section, (LEVELS,))
    others = [str(name) for name in section if name != LEVELS] if isinstance(section, Mapping) else []
    if others:
        reason, kind = f"'{KEY}' is read no more, nothing takes the place of '{others[0]}'", PARTIAL
    elif isinstance(levels, Mapping) and levels:
        words = ",".join(f"{name}={text_of(level)}" for name, level in levels.items())
        reason, kind = f"'{KEY}' is read no more, the environment sets the levels: {VARIABLE}={words}", ACTION
    else:
        reason, kind = f"'{KEY}' is read no more, and holds nothing", INFO
    yield from retired(context, [Retired((KEY,), reason, kind)])
