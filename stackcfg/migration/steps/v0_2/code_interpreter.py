"""Within 0.2: `inline::code-interpreter` of tool_runtime was removed (0.2.5,
#2087).

Its tool group went with it. It has no replacement: later releases reach
such a tool through an MCP server.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.migration.changes import CHECK, INFO, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import list_at
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.values import as_string

KIND = "inline::code-interpreter"
GROUP = "builtin::code_interpreter"
GROUPS = ("tool_groups",)


def run(context: StepContext) -> Changes:
    """Comment out the provider and the groups that it served."""
    entries = []
    removed: set[str] = set()
    kept: set[str] = set()
    reason = "the code interpreter was removed in 0.2.5 and has no replacement"
    for path, provider in context.all_providers_of("tool_runtime"):
        name = as_string(provider.get("provider_id"))
        if provider.get("provider_type") != KIND:
            kept.add(name)
            continue
        removed.add(name)
        severity = INFO if is_disabled(provider) else CHECK
        entries.append(CommentedOut(path, reason, severity))
    if removed:
        for index, group in enumerate(list_at(context.data, GROUPS)):
            if _was_served(group, removed - kept):
                name = as_string(group["toolgroup_id"])
                reason = f"the code interpreter served tool group '{name}'"
                entries.append(CommentedOut((*GROUPS, index), reason, INFO))
    yield from comment_out(context, entries)


def _was_served(group: Any, removed: set[str]) -> bool:
    """Return whether a tool group is one of a removed provider, named
    or by default.
    """
    if not isinstance(group, Mapping) or "toolgroup_id" not in group:
        return False
    owner = as_string(group.get("provider_id"))
    return owner in removed or (not owner and group.get("toolgroup_id") == GROUP)
