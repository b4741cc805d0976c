"""0.6 → 0.7: tool groups are not registered in the config any more (0.7.0,
#4997).

Their names changed with #5187. Groups that come with a provider of
tool_runtime are registered by it. An MCP server becomes an entry of
`connectors`. 0.7 empties `registered_resources.tool_groups` with a
warning in the log, so any other group is lost. A connector is always
on: a group that a variable switches does not become one.
Source: `auto_register_tool_groups` of 0.7.3, and the tool groups of its
provider specs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Any, Literal, NamedTuple
from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    INFO,
    Changes,
    Notes,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import list_at, value_at
from stackcfg.releases.resources import RESOURCES_SECTION, TOOL_GROUPS
from stackcfg.runconfig.placeholders import (
    fill_defaults,
    may_be_empty,
    remove_conditions,
)
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.comments import Comment
from stackcfg.yamltext.emit import Field

LIST = (RESOURCES_SECTION, "tool_groups")
CONNECTORS = "connectors"
RENAMED = {"builtin::rag": "builtin::file_search"}


class _Group(NamedTuple):
    """A tool group, and what becomes of it.

    That is a connector, a built-in group, or a comment with `reason`.
    """

    position: int
    name: str
    outcome: Literal["connector", "built-in", "comment"]
    reason: str
    severity: str = INFO


def run(context: StepContext) -> Changes:
    """Remove the list; comment out what has no successor."""
    listed = list_at(context.data, LIST)
    if not listed:
        return
    groups = _classify_groups(context, listed)
    for group in groups:
        yield from _notes_for(context, group, listed[group.position])
    new = _new_connectors(context, groups)
    if all(group.outcome != "comment" for group in groups):
        comments = _find_comments(context, new)
        yield from _add_connectors(context, new, comments)
        moved = [comment for found in comments.values() for comment in found]
        yield from context.text.remove(LIST, moved=moved)
        return
    # the old entries stay, as comments, and theirs with them
    yield from _add_connectors(context, new, {})
    entries = [
        CommentedOut((*LIST, group.position), group.reason, group.severity)
        for group in groups
    ]
    yield from comment_out(context, entries)


def _classify_groups(context: StepContext, listed: Sequence[Any]) -> list[_Group]:
    types = _provider_types(context)
    urls = {}
    for connector in list_at(context.data, (CONNECTORS,)):
        name = value_at(connector, ("connector_id",))
        urls[name] = value_at(connector, ("url",))
    groups = []
    for index, entry in enumerate(listed):
        group = _classify(index, entry, types, urls)
        if group.outcome == "connector":
            urls[group.name] = value_at(entry, ("mcp_endpoint", "uri"))
        groups.append(group)
    return groups


def _provider_types(context: StepContext) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, provider in context.providers_of("tool_runtime"):
        name = remove_conditions(as_string(provider.get("provider_id")))
        found.setdefault(name, []).append(as_string(provider.get("provider_type")))
    return found


def _classify(
    index: int, entry: Any, types: Mapping[str, list[str]], urls: Mapping[Any, Any]
) -> _Group:
    name = as_string(value_at(entry, ("toolgroup_id",)))
    provider = as_string(value_at(entry, ("provider_id",)))
    url = value_at(entry, ("mcp_endpoint", "uri"))
    if isinstance(entry, Mapping) and is_disabled(entry):
        reason = f"tool group '{name}' names no provider and was never registered"
        return _Group(index, name, "comment", reason)
    if isinstance(url, str):
        return _classify_server(index, name, provider, url, urls)
    kinds = types.get(remove_conditions(provider), [])
    built_in = [TOOL_GROUPS.get(kind) for kind in kinds]
    if remove_conditions(name) in built_in:
        return _classify_built_in(index, name, entry)
    reason = f"0.7 registers no tool groups of the config; '{name}' has no replacement"
    return _Group(index, name, "comment", reason, ACTION_REQUIRED)


def _classify_built_in(index: int, name: str, entry: Any) -> _Group:
    """Classify a group that its provider registers, which gives it no `args`."""
    if not value_at(entry, ("args",)):
        reason = "its provider registers this tool group"
        return _Group(index, name, "built-in", reason)
    new = RENAMED.get(name, name)
    reason = f"its provider registers tool group '{new}' itself; the 'args' are lost"
    return _Group(index, name, "comment", reason, ACTION_REQUIRED)


def _classify_server(
    index: int, name: str, provider: str, url: str, urls: Mapping[Any, Any]
) -> _Group:
    """Classify an MCP server, given the addresses of the known connectors."""
    condition = _condition_of(name, provider, url)
    if condition:
        plain = remove_conditions(name)
        reason = (
            f"{condition}, but a connector is always on; write one for "
            f"'{plain}' if you want it"
        )
    elif urls.get(name, url) != url:
        reason = f"connector '{name}' has another url; keep one, or rename one"
    else:
        reason = f"MCP servers are in '{CONNECTORS}' now"
        return _Group(index, name, "connector", reason)
    return _Group(index, name, "comment", reason, ACTION_REQUIRED)


def _condition_of(name: str, provider: str, url: str) -> str:
    """Return what switches a tool group with a variable; empty where
    nothing does.
    """
    if may_be_empty(name):
        return "the id of this tool group can be empty"
    if may_be_empty(provider) or is_disabled({"provider_id": fill_defaults(provider)}):
        return f"the provider of this tool group can be off ({provider})"
    if may_be_empty(url):
        return "the address of this tool group can be empty"
    return ""


def _notes_for(context: StepContext, group: _Group, entry: Any) -> Notes:
    path = (*LIST, group.position)
    new = RENAMED.get(group.name)
    if group.outcome == "built-in" and new:
        message = (
            f"tool group '{group.name}' is called '{new}' now; change the "
            "clients that name it"
        )
        yield context.check(message, path)
    if group.outcome != "connector":
        return
    message = (
        f"tool group '{group.name}' became a connector; clients ask for it by "
        "'connector_id'"
    )
    if value_at(entry, ("args",)):
        message += "; its 'args' are lost"
        yield context.action_required(message, path)
    else:
        yield context.check(message, path)


def _new_connectors(context: StepContext, groups: Sequence[_Group]) -> list[_Group]:
    """Return the groups that become a connector which is not there yet."""
    connectors = list_at(context.data, (CONNECTORS,))
    known = [value_at(each, ("connector_id",)) for each in connectors]
    new: list[_Group] = []
    for group in groups:
        if group.outcome == "connector" and group.name not in known:
            known.append(group.name)
            new.append(group)
    return new


def _find_comments(
    context: StepContext, groups: Sequence[_Group]
) -> dict[int, Sequence[Comment]]:
    """Return the comments of groups, by their positions.

    A list in brackets has no place for them.
    """
    node = context.text.child_at((CONNECTORS,))
    if node is not None and node.flow and node.items:
        return {}
    positions = [group.position for group in groups]
    return {each: context.text.item_comments((*LIST, each)) for each in positions}


def _add_connectors(
    context: StepContext,
    groups: Sequence[_Group],
    comments: Mapping[int, Sequence[Comment]],
) -> Changes:
    items: list[tuple[Field, ...]] = []
    for group in groups:
        address = (*LIST, group.position, "mcp_endpoint", "uri")
        lines = [each.text for each in comments.get(group.position, ())]
        beside = ""
        if lines:
            beside = context.text.entry_comments(address, with_lead=False).beside
        if beside:
            lines.remove(beside.strip())
        fields = (
            Field("connector_id", group.name, before=tuple(lines)),
            Field("connector_type", "mcp"),
            Field("url", context.text.editable_scalar(address), after=beside),
        )
        items.append(fields)
    if items:
        yield from context.text.append((CONNECTORS,), items)
