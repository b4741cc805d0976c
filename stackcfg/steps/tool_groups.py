"""0.6 → 0.7: tool groups are no longer registered in the config (0.7.0, upstream #4997; names #5187).

Those that come with a provider of tool_runtime are registered by it; an MCP server becomes an entry of `connectors`.
0.7 empties `registered_resources.tool_groups` with a warning that nobody sees, so that a group of one's own is gone.
Source: `auto_register_tool_groups` of 0.7.3, and the tool groups of its provider specs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackcfg.change import ACTION, INFO, PARTIAL, Change, Context, Note, Put
from stackcfg.document import SEQUENCE, Node
from stackcfg.edits import Edit, Piece, column_of, entry_span, is_spread, item_span
from stackcfg.inline_stores import at, is_off, providers
from stackcfg.placeholders import plain_name
from stackcfg.render import Field, block, flow
from stackcfg.steps.editing import list_indent, own_scalar, removed
from stackcfg.steps.placing import after_line, is_json
from stackcfg.steps.retiring import Retired, retired
from stackcfg.storage import text_of

SECTION: Final = "registered_resources"
LIST = (SECTION, "tool_groups")
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


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of a tool group: a connector, one that its provider registers, or (neither) one that is gone."""

    index: int
    name: str
    connector: bool = False
    built_in: bool = False


def run(context: Context) -> Iterator[Change]:
    """Take the list out; what nothing takes over stays as a comment."""
    listed = at(context.data, LIST)
    if not isinstance(listed, list) or not listed:
        return
    fates = [_fate(index, each, _types(context)) for index, each in enumerate(listed)]
    for fate in fates:
        yield from _notes(context, fate, listed[fate.index])
    made = [fate for fate in fates if fate.connector]
    if made:
        yield from _connectors(context, made)
    if all(fate.connector or fate.built_in for fate in fates):
        yield from removed(context, LIST)
        return
    yield from retired(context, [Retired((*LIST, fate.index), *_reason(fate)) for fate in fates])


def _types(context: Context) -> dict[str, list[str]]:
    """The types of the tool_runtime providers by their ids, conditions taken off."""
    found: dict[str, list[str]] = {}
    for api, _, provider in providers(context.data):
        if api == "tool_runtime" and not is_off(provider):
            name = plain_name(text_of(provider.get("provider_id")))
            found.setdefault(name, []).append(text_of(provider.get("provider_type")))
    return found


def _fate(index: int, group: Any, types: Mapping[str, list[str]]) -> _Fate:
    name = text_of(at(group, ("toolgroup_id",)))
    kinds = types.get(plain_name(text_of(at(group, ("provider_id",)))), [])
    plain = not at(group, ("args",))
    if isinstance(at(group, ("mcp_endpoint", "uri")), str):
        return _Fate(index, name, connector=True)
    return _Fate(index, name, built_in=plain and any(BUILT_IN.get(kind) == plain_name(name) for kind in kinds))


def _reason(fate: _Fate) -> tuple[str, str]:
    if fate.connector:
        return "MCP servers are in 'connectors' now", INFO
    if fate.built_in:
        return "its provider registers this tool group", INFO
    return "0.7 registers no tool groups of the config, nothing takes its place", PARTIAL


def _notes(context: Context, fate: _Fate, group: Any) -> Iterator[Note]:
    where = context.offset((*LIST, fate.index))
    new = RENAMED.get(fate.name)
    if fate.built_in and new:
        yield Note(ACTION, f"tool group '{fate.name}' is called '{new}' now: clients that name it must follow", where)
    if fate.connector:
        lost = ", ".join(f"'{key}'" for key in ("args",) if at(group, (key,)))
        more = f"; its {lost} went with it" if lost else ""
        kind = PARTIAL if lost else ACTION
        message = f"tool group '{fate.name}' became a connector{more}: clients ask for it by 'connector_id'"
        yield Note(kind, message, where)


def _connectors(context: Context, made: list[_Fate]) -> Iterator[Change]:
    """The connectors as a new list, or at the end of the one that is there."""
    there = context.data.get(CONNECTORS)
    listed = there if isinstance(there, list) else []
    known = [at(each, ("connector_id",)) for each in listed]
    items: list[tuple[Field, ...]] = []
    data: list[dict[str, Any]] = []
    for fate in made:
        path = (*LIST, fate.index, "mcp_endpoint", "uri")
        if fate.name in known:
            continue
        common = {"connector_id": fate.name, "connector_type": "mcp"}
        data.append({**common, "url": at(context.data, path)})
        items.append((*(Field(*pair) for pair in common.items()), Field("url", own_scalar(context, path))))
    if not items:
        return
    yield Put((CONNECTORS,), [*listed, *data])
    node = context.own((CONNECTORS,))
    if node is None or (node.kind == SEQUENCE and node.items):
        yield _appended(context, node, items) if node is not None else _new_list(context, items)
    else:
        yield from removed(context, (CONNECTORS,))
        yield _new_list(context, items)


def _appended(context: Context, lists: Node, items: list[tuple[Field, ...]]) -> Edit:
    """Items behind the last one of a list."""
    last = lists.items[-1]
    if lists.flow:
        return Edit(last.end, last.end, (", ", *_flow_items(context, items, is_json(last))))
    line = context.document.text[context.document.lines.start_of(last.start) : last.start]
    column = len(line) - len(line.lstrip(" "))
    end = item_span(context.document, context.comments, last).end
    return after_line(
        context, end, column, _block_items(context, items, column, column_of(context.document, last.start))
    )


def _new_list(context: Context, items: list[tuple[Field, ...]]) -> Edit:
    """A list at the end of the file, its items indented as those of other lists."""
    root, document = context.root, context.document
    column = column_of(document, root.entries[0][0].start)
    if root.flow:
        as_json = is_json(root)
        end = max(root.entries[-1][1].end, root.entries[-1][0].end)
        gap = document.newline + " " * column if is_spread(document, root) else " "
        name = f'"{CONNECTORS}"' if as_json else CONNECTORS
        return Edit(end, end, (",", gap, f"{name}: [", *_flow_items(context, items, as_json), "]"))
    inner = column + list_indent(context)
    pieces = _block_items(context, items, inner, inner + 2)
    end = entry_span(document, context.comments, *root.entries[-1]).end
    return after_line(context, end, column, [f"{CONNECTORS}:{document.newline}{' ' * inner}", *pieces])


def _block_items(context: Context, items: list[tuple[Field, ...]], column: int, inner: int) -> list[Piece]:
    pieces: list[Piece] = []
    for fields in items:
        gap = [context.document.newline + " " * column] if pieces else []
        pieces += [*gap, "-" + " " * (inner - column - 1), *block(context.document, fields, inner, context.indent)]
    return pieces


def _flow_items(context: Context, items: list[tuple[Field, ...]], as_json: bool) -> list[Piece]:
    pieces: list[Piece] = []
    for fields in items:
        pieces += [*([", "] if pieces else []), "{", *flow(context.document, fields, as_json), "}"]
    return pieces
