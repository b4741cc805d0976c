"""Within 0.2: tool_runtime `inline::code-interpreter` is gone, and its tool group with it (0.2.5, upstream #2087).

Nothing takes its place: later releases reach such a tool through an MCP server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import INFO, Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import value_at
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string

KIND: Final = "inline::code-interpreter"
GROUP: Final = "builtin::code_interpreter"


def run(context: StepContext) -> Iterator[Change]:
    """Comment out the provider and the groups that it served."""
    entries, gone, kept = [], set(), set()
    for api, index, provider in provider_entries(context.data):
        if api != "tool_runtime":
            continue
        name = as_string(provider.get("provider_id"))
        if provider.get("provider_type") != KIND:
            kept.add(name)
            continue
        gone.add(name)
        reason = "the code interpreter was removed in 0.2.5, nothing takes its place"
        entries.append(
            CommentedOut(
                (*("providers", api), index),
                reason,
                *([INFO] if is_disabled(provider) else []),
            )
        )
    groups = value_at(context.data, ("tool_groups",))
    for index, group in enumerate(groups if gone and isinstance(groups, list) else ()):
        if not isinstance(group, Mapping):
            continue
        owner = as_string(group.get("provider_id"))
        if owner in gone - kept or (not owner and group.get("toolgroup_id") == GROUP):
            entries.append(
                CommentedOut(
                    ("tool_groups", index), "the code interpreter served this", INFO
                )
            )
    yield from comment_out(context, entries)
