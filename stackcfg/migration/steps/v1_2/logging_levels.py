"""ogx 1.1 → 1.2: `logging_config` is not read any more (1.2.0).

An environment variable sets its levels. Source: `create_app` and the
command of ogx 1.1.3 and 1.2.0, `parse_environment_config` of ogx 1.5.0.
"""

from __future__ import annotations

from stackcfg.light_typing import Any
from stackcfg.migration.changes import CHECK, INFO, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import as_mapping, mapping_at
from stackcfg.releases.changes import LOGGING_KEY, LOGGING_VARIABLE
from stackcfg.runconfig.values import as_string

LEVELS = "category_levels"


def run(context: StepContext) -> Changes:
    """Comment the section out, and report how its levels are set now."""
    if LOGGING_KEY not in context.data:
        return
    severity, more = _replacement_of(context.data[LOGGING_KEY])
    reason = f"'{LOGGING_KEY}' is not read any more{more}"
    entry = CommentedOut((LOGGING_KEY,), reason, severity)
    yield from comment_out(context, [entry])


def _replacement_of(section: Any) -> tuple[str, str]:
    """Return the severity of losing the section, and the sentence's end."""
    for name in as_mapping(section):
        if name != LEVELS:
            return CHECK, f", and its '{name}' has no replacement"
    levels = mapping_at(section, (LEVELS,))
    if not levels:
        return INFO, "; it holds nothing"
    words = ",".join(f"{name}={as_string(level)}" for name, level in levels.items())
    return CHECK, f"; set its levels in the environment: {LOGGING_VARIABLE}={words}"
