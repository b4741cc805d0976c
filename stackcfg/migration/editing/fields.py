"""What steps do to single entries: rename a key, write another text, add a setting, take one out.

Each yields the edit with the same operation on the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.migration.editing.placing import (
    filled,
    insert_entry,
    is_empty,
    with_comments,
)
from stackcfg.paths import Path
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.document import (
    MAPPING,
    Node,
    ParseError,
    content_start,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import Field, emit_quoted, emit_scalar
from stackcfg.yamltext.entries import column_of, entry_span, remove_entry


def providers_of(
    context: StepContext, api: str, kind: str = ""
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The providers of an API that are not switched off, with their paths; of one type where that is given."""
    for name, index, provider in provider_entries(context.data):
        if (
            name == api
            and not is_disabled(provider)
            and kind in ("", as_string(provider.get("provider_type")))
        ):
            yield ("providers", name, index), provider


def renamed_key(key: Node, name: str) -> Edit:
    """The edit that gives a key another name, in the quotes that it has."""
    quote = key.style if key.style in ('"', "'") else ""
    return Edit(key.start, key.end, (f"{quote}{name}{quote}",))


def rewritten(context: StepContext, path: Path, value: str) -> Iterator[Change]:
    """Another text in place of the one at a path, in its quotes."""
    yield Put(path, value)
    yield rewritten_scalar(context, own_scalar(context, path), value)


def own_scalar(context: StepContext, path: Path) -> Node:
    """The scalar at a path, to be edited. Raises `ParseError` where other places share it."""
    node = context.text.editable_node(path)
    if node is None or node.anchor is not None:
        name = ".".join(map(str, path))
        raise ParseError(
            f"'{name}' comes from an anchor",
            context.text.offset(path),
            "write its values out, then migrate",
        )
    return node


def rewritten_scalar(context: StepContext, node: Node, value: str) -> Edit:
    """The edit that makes a scalar another text."""
    if node.style == '"':
        new = emit_quoted(value)
    elif node.style == "'":
        new = "'" + value.replace("'", "''") + "'"
    else:
        new = emit_scalar(value, flow=_in_flow(context, node))
    start = content_start(context.text.document.text, node)
    end = start + len(context.text.document.text[start : node.end].rstrip())
    return Edit(start, end, (new,))


def _in_flow(context: StepContext, node: Node) -> bool:
    """Whether a scalar stands inside brackets, where commas and braces end a plain one."""
    current, inside = context.text.root, context.text.root.flow
    while not inside:
        values = [value for _, value in current.entries] or current.items
        found = next(
            (each for each in values if each.start <= node.start < each.end), None
        )
        if found is None or found is node:
            return False
        current, inside = found, found.flow
    return True


def added(context: StepContext, holder: Path, field: Field) -> Edit:
    """The edit that adds a field to the mapping at `holder`, which is made where it is missing or empty."""
    parent = context.text.editable_node(holder)
    if parent is not None and not is_empty(parent):
        if parent.kind != MAPPING:
            raise ParseError(
                f"'{holder[-1]}' is not a mapping", parent.start, "write it as one"
            )
        return insert_entry(context, parent, field)
    owner = context.text.editable_node(holder[:-1])
    assert owner is not None
    entry = owner.entry(str(holder[-1]))
    if entry is None:
        return insert_entry(context, owner, Field(str(holder[-1]), (field,)))
    if entry[1].anchor is not None:
        raise ParseError(
            f"'{holder[-1]}' holds an anchor",
            entry[1].start,
            "write its values out, then migrate",
        )
    return filled(context, owner, entry, (field,))


def removed(
    context: StepContext, path: Path, copied: Node | None = None
) -> Iterator[Change]:
    """An entry of a mapping taken out; its comments stay, but for those inside a block that was `copied` elsewhere.

    A mapping that loses its only entry stays, empty.
    """
    parent = context.text.editable_node(path[:-1])
    entry = parent.entry(str(path[-1])) if parent is not None else None
    if parent is None or entry is None:
        raise ParseError(
            f"'{path[-1]}' comes from an anchor",
            context.text.offset(path),
            "write it out, then migrate",
        )
    yield Delete(path)
    if len(parent.entries) > 1 or not path[:-1]:
        edit = remove_entry(
            context.text.document,
            context.text.comments,
            parent,
            parent.entries.index(entry),
        )
        lines: list[str] = []
        if not parent.flow:
            span = entry_span(context.text.document, context.text.comments, *entry)
            lines = collect_entry_comments(
                context, *entry, span, copied=[copied] if copied is not None else []
            ).every()
        column = column_of(context.text.document, entry[0].start)
        at_line_start = column_of(context.text.document, edit.start) == 0
        yield (
            with_comments(context, edit, lines, column)
            if lines and at_line_start
            else edit
        )
        return
    owner = context.text.editable_node(path[:-2])
    whole = (
        owner.entry(str(path[-2]))
        if owner is not None and isinstance(path[-2], str)
        else None
    )
    if whole is None:
        raise ParseError(
            f"nothing but '{path[-1]}' stands here",
            entry[0].start,
            "write the entry out",
        )
    yield _emptied(context, whole)


def _emptied(context: StepContext, entry: tuple[Node, Node]) -> Edit:
    """The edit that leaves an entry an empty mapping; comments inside of it stay under it."""
    key, value = entry
    if value.flow:
        return Edit(value.start, value.end, ("{}",))
    span = entry_span(context.text.document, context.text.comments, key, value)
    gathered = collect_entry_comments(context, key, value, span, with_lead=False)
    indent = context.text.document.newline + " " * (
        column_of(context.text.document, key.start) + context.text.indent
    )
    lines = "".join(f"{indent}{line}" for line in gathered.left())
    return Edit(key.end, span.end, (f": {{}}{gathered.beside}{lines}",))


def list_indent(context: StepContext) -> int:
    """By how many columns the items of this document's block lists stand to the right of their key."""
    for _, node in walk_nodes(context.text.root):
        for key, value in node.entries:
            if value.items and not value.flow:
                line = context.text.document.lines.start_of(value.items[0].start)
                text = context.text.document.text[line : value.items[0].start]
                return max(
                    0,
                    len(text)
                    - len(text.lstrip(" "))
                    - column_of(context.text.document, key.start),
                )
    return 0
