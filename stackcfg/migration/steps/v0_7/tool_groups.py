"""0.6 → 0.7: tool groups are no longer registered in the config (0.7.0, upstream #4997; names #5187).

Those that come with a provider of tool_runtime are registered by it; an MCP server becomes an entry of `connectors`.
0.7 empties `registered_resources.tool_groups` with a warning that nobody sees, so that a group of one's own is gone.
A connector is always there: a group that a variable switches does not become one.
Source: `auto_register_tool_groups` of 0.7.3, and the tool groups of its provider specs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    INFO,
    Change,
    StepNote,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.editing.fields import removed
from stackcfg.paths import list_at, value_at
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.runconfig.placeholders import (
    fill_defaults,
    may_be_empty,
    remove_conditions,
)
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

LIST = (RESOURCES_SECTION, "tool_groups")
CONNECTORS: Final = "connectors"
BUILT_IN: Final[Mapping[str, str]] = {
    "inline::rag-runtime": "builtin::rag",
    "inline::file-search": "builtin::file_search",
    "remote::bing-search": "builtin::websearch",
    "remote::brave-search": "builtin::websearch",
    "remote::tavily-search": "builtin::websearch",
    "remote::wolfram-alpha": "builtin::wolfram_alpha",
}
RENAMED: Final = {"builtin::rag": "builtin::file_search"}


class _Fate(NamedTuple):
    """What becomes of a tool group: a connector, or a comment with this reason, which weighs so much."""

    place: int
    name: str
    reason: str
    kind: str = INFO
    connector: bool = False
    built_in: bool = False


def run(context: StepContext) -> Iterator[Change]:
    """Take the list out; what nothing takes over stays as a comment."""
    listed = value_at(context.data, LIST)
    if not isinstance(listed, list) or not listed:
        return
    fates = list(_fates(context, listed))
    for fate in fates:
        yield from _notes(context, fate, listed[fate.place])
    made = [fate for fate in fates if fate.connector]
    if made:
        yield from _connectors(context, made)
    if all(fate.connector or fate.built_in for fate in fates):
        yield from removed(context, LIST)
        return
    yield from comment_out(
        context,
        [CommentedOut((*LIST, fate.place), fate.reason, fate.kind) for fate in fates],
    )


def _types(context: StepContext) -> dict[str, list[str]]:
    """The types of the tool_runtime providers by their ids, conditions taken off."""
    found: dict[str, list[str]] = {}
    for api, _, provider in provider_entries(context.data):
        if api == "tool_runtime" and not is_disabled(provider):
            name = remove_conditions(as_string(provider.get("provider_id")))
            found.setdefault(name, []).append(as_string(provider.get("provider_type")))
    return found


def _fates(context: StepContext, groups: Sequence[Any]) -> Iterator[_Fate]:
    types = _types(context)
    there = context.data.get(CONNECTORS)
    urls = {
        value_at(each, ("connector_id",)): value_at(each, ("url",))
        for each in (there if isinstance(there, list) else ())
    }
    for index, group in enumerate(groups):
        name = as_string(value_at(group, ("toolgroup_id",)))
        provider, url = (
            as_string(value_at(group, ("provider_id",))),
            value_at(group, ("mcp_endpoint", "uri")),
        )
        if isinstance(group, Mapping) and is_disabled(group):
            yield _Fate(
                index,
                name,
                f"tool group '{name}' names no provider: it was not registered before either",
            )
        elif isinstance(url, str):
            fate = _of_server(index, name, provider, url, urls)
            if fate.connector:
                urls[name] = url
            yield fate
        elif not value_at(group, ("args",)) and remove_conditions(name) in map(
            BUILT_IN.get, types.get(remove_conditions(provider), ())
        ):
            yield _Fate(
                index, name, "its provider registers this tool group", built_in=True
            )
        else:
            yield _Fate(
                index,
                name,
                "0.7 registers no tool groups of the config, nothing takes its place",
                ACTION_REQUIRED,
            )


def _of_server(
    index: int, name: str, provider: str, url: str, urls: Mapping[Any, Any]
) -> _Fate:
    """What becomes of an MCP server, given the connectors that are there and their addresses."""
    condition = _condition(name, provider, url)
    if condition:
        reason = f"a connector is always there, and {condition}: write one for '{remove_conditions(name)}', or leave it"
        return _Fate(index, name, reason, ACTION_REQUIRED)
    if urls.get(name, url) != url:
        reason = f"connector '{name}' is there with another url: keep one, or name this one otherwise"
        return _Fate(index, name, reason, ACTION_REQUIRED)
    return _Fate(index, name, f"MCP servers are in '{CONNECTORS}' now", connector=True)


def _condition(name: str, provider: str, url: str) -> str:
    """What makes a tool group come and go with a variable, in words; empty where it is always there."""
    if may_be_empty(name):
        return "the id of this tool group can be empty"
    if may_be_empty(provider) or is_disabled({"provider_id": fill_defaults(provider)}):
        return f"the provider of this tool group can be off ({provider})"
    return "the address of this tool group can be empty" if may_be_empty(url) else ""


def _notes(context: StepContext, fate: _Fate, group: Any) -> Iterator[StepNote]:
    where = context.text.offset((*LIST, fate.place))
    new = RENAMED.get(fate.name)
    if fate.built_in and new:
        yield StepNote(
            CHECK,
            f"tool group '{fate.name}' is called '{new}' now: clients that name it must follow",
            where,
        )
    if fate.connector:
        lost = ", ".join(f"'{key}'" for key in ("args",) if value_at(group, (key,)))
        more = f"; its {lost} went with it" if lost else ""
        kind = ACTION_REQUIRED if lost else CHECK
        message = f"tool group '{fate.name}' became a connector{more}: clients ask for it by 'connector_id'"
        yield StepNote(kind, message, where)


def _connectors(context: StepContext, made: list[_Fate]) -> Iterator[Change]:
    """Add the connectors to those that the file has."""
    connectors = list_at(context.data, (CONNECTORS,))
    known = [value_at(each, ("connector_id",)) for each in connectors]
    items: list[tuple[Field, ...]] = []
    for fate in made:
        if fate.name in known:
            continue
        known.append(fate.name)
        path = (*LIST, fate.place, "mcp_endpoint", "uri")
        items.append(
            (
                Field("connector_id", fate.name),
                Field("connector_type", "mcp"),
                Field("url", context.text.editable_scalar(path)),
            )
        )
    if items:
        yield from context.text.append(CONNECTORS, items)
