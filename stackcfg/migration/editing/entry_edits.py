"""Edits of single entries and items, written in the style of their place: block, flow, or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.migration.editing.source_text import Entry, SourceText
from stackcfg.yamltext.document import MAPPING, Node, content_start, walk_nodes
from stackcfg.yamltext.edits import Edit, Piece
from stackcfg.yamltext.emit import (
    Field,
    emit_block,
    emit_flow,
    emit_quoted,
    emit_scalar,
    emit_spread_flow,
)
from stackcfg.yamltext.entries import (
    is_spread,
    item_span,
    remove_entry,
    remove_item,
)
from stackcfg.yamltext.values import data_of


def as_field(key: str, value: Any) -> Field:
    """Return plain data, or a node whose text is copied, as a field; mappings become fields of fields."""
    if isinstance(value, Mapping):
        value = tuple(as_field(str(name), each) for name, each in value.items())
    return Field(key, value)


def field_data(field: Field) -> Any:
    """Return what the value of a field means."""
    if isinstance(field.value, tuple):
        return {each.key: field_data(each) for each in field.value}
    if isinstance(field.value, Node):
        return data_of(field.value)
    return field.value


def is_json(node: Node) -> bool:
    """Return whether a flow mapping is written as JSON: all keys in double quotes."""
    return bool(node.entries) and all(key.style == '"' for key, _ in node.entries)


def is_empty(node: Node) -> bool:
    """Return whether a value is null or a mapping without entries."""
    return node.is_null or (node.kind == MAPPING and not node.entries)


def rename_key(key: Node, name: str) -> Edit:
    """Return the edit that gives a key another name, in its quotes."""
    if key.style in ('"', "'"):
        name = f"{key.style}{name}{key.style}"
    return Edit(key.start, key.end, (name,))


def rewrite_scalar(text: SourceText, node: Node, value: Any) -> Edit:
    """Return the edit that writes another value in place of a scalar; a string keeps its quotes."""
    start = content_start(text.document.text, node)
    length = len(text.document.text[start : node.end].rstrip())
    return Edit(start, start + length, (_emit_like(text, node, value),))


def _emit_like(text: SourceText, node: Node, value: Any) -> str:
    if not isinstance(value, str):
        return emit_scalar(value)
    if node.style == '"':
        return emit_quoted(value)
    if node.style == "'":
        return "'" + value.replace("'", "''") + "'"
    return emit_scalar(value, flow=_is_inside_flow(text.root, node))


def _is_inside_flow(root: Node, scalar: Node) -> bool:
    """Return whether a scalar is inside brackets, where commas and braces end an unquoted one."""
    current = root
    while not current.flow:
        values = [value for _, value in current.entries] or current.items
        around = [each for each in values if each.start <= scalar.start < each.end]
        if not around or around[0] is scalar:
            return False
        current = around[0]
    return True


def insert_fields(
    text: SourceText, parent: Node, fields: Sequence[Field], before: int | None = None
) -> Edit:
    """Return the edit that adds fields to a mapping: at its end, or over the entry with the index `before`."""
    if parent.flow:
        return _insert_in_flow(text, parent, fields)
    column = text.column_of(parent.entries[0][0].start)
    pieces = emit_block(text.document, fields, column, text.indent)
    if before is None:
        end = text.span_of(parent.entries[-1]).end
        return insert_line(text, end, column, pieces)
    lead = text.span_of(parent.entries[before]).lead
    return Edit(lead, lead, (" " * column, *pieces, text.newline), column)


def _insert_in_flow(text: SourceText, parent: Node, fields: Sequence[Field]) -> Edit:
    pieces = emit_in_flow(text, parent, fields)
    if not parent.entries:
        return Edit(parent.start + 1, parent.start + 1, tuple(pieces))
    end = _entry_end(parent.entries[-1])
    return Edit(end, end, (",", gap_in_flow(text, parent), *pieces))


def emit_in_flow(
    text: SourceText, parent: Node, fields: Sequence[Field]
) -> list[Piece]:
    """Return fields in the style of a flow mapping: on one line, or each on a line of its own as the others are."""
    if not is_spread(text.document, parent):
        return emit_flow(text.document, fields, is_json(parent))
    column = text.column_of(parent.entries[0][0].start)
    return emit_spread_flow(text.document, fields, column, text.indent, is_json(parent))


def gap_in_flow(text: SourceText, parent: Node) -> str:
    """Return what is between a comma and the next entry of a flow mapping."""
    if not is_spread(text.document, parent):
        return " "
    return text.newline + " " * text.column_of(parent.entries[0][0].start)


def insert_line(
    text: SourceText, end: int, column: int, pieces: Sequence[Piece]
) -> Edit:
    """Return the edit that adds lines after the line whose content ends at `end`."""
    source = text.document.text
    after = text.document.lines.after(max(end - 1, 0))
    if after > end and source[after - 1] == "\n":
        return Edit(after, after, (" " * column, *pieces, text.newline), column)
    # the last line of the file has no line end
    last = len(source)
    return Edit(last, last, (text.newline + " " * column, *pieces), column)


def fill_entry(
    text: SourceText, parent: Node, entry: Entry, fields: Sequence[Field]
) -> Edit:
    """Return the edit that gives fields to an entry which is null or an empty mapping."""
    key, value = entry
    if parent.flow:
        pieces = emit_in_flow(text, parent, [Field(key.text, tuple(fields))])
        return Edit(key.start, max(value.end, key.end + 1), tuple(pieces))
    comments = collect_entry_comments(text, entry, with_lead=False)
    filled = put_over(fields, comments.remaining())
    return _replace_lines(text, entry, Field(key.text, filled, (), comments.beside))


def put_over(fields: Sequence[Field], lines: Sequence[str]) -> tuple[Field, ...]:
    """Return fields with comment lines over the first of them."""
    first, *others = fields
    return (first._replace(before=(*lines, *first.before)), *others)


def replace_entry(
    text: SourceText, parent: Node, entry: Entry, field: Field, with_lead: bool = False
) -> Edit:
    """Return the edit that writes another entry in place of one; `with_lead` also replaces the comments over it."""
    key, _ = entry
    if parent.flow:
        pieces = emit_in_flow(text, parent, [field])
        return Edit(key.start, _entry_end(entry), tuple(pieces))
    edit = _replace_lines(text, entry, field)
    span = text.span_of(entry)
    if not with_lead or span.lead == span.line:
        return edit
    pad = " " * text.column_of(key.start)
    return Edit(span.lead, span.end, (pad, *edit.pieces))


def _replace_lines(text: SourceText, entry: Entry, field: Field) -> Edit:
    start = entry[0].start
    pieces = emit_block(text.document, [field], text.column_of(start), text.indent)
    return Edit(start, text.span_of(entry).end, tuple(pieces))


def _entry_end(entry: Entry) -> int:
    return max(entry[1].end, entry[0].end)


def empty_entry(text: SourceText, entry: Entry, brackets: str) -> Edit:
    """Return the edit that leaves an entry `{}` or `[]`; the comments inside stay below it."""
    key, value = entry
    if value.flow:
        return Edit(value.start, value.end, (brackets,))
    comments = collect_entry_comments(text, entry, with_lead=False)
    pad = " " * (text.column_of(key.start) + text.indent)
    lines = "".join(f"{text.newline}{pad}{line}" for line in comments.remaining())
    new = f": {brackets}{comments.beside}{lines}"
    return Edit(key.end, text.span_of(entry).end, (new,))


def cut_entry(
    text: SourceText, parent: Node, entry: Entry, comments: Sequence[str] = ()
) -> Edit:
    """Return the edit that removes an entry and leaves comment lines in its place."""
    index = parent.entries.index(entry)
    edit = remove_entry(text.document, text.comments, parent, index)
    return _leave_lines(text, edit, comments, text.column_of(entry[0].start))


def cut_item(
    text: SourceText, parent: Node, item: Node, comments: Sequence[str] = ()
) -> Edit:
    """Return the edit that removes an item of a list and leaves comment lines in its place."""
    index = parent.items.index(item)
    edit = remove_item(text.document, text.comments, parent, index)
    return _leave_lines(text, edit, comments, item_column(text, item))


def item_column(text: SourceText, item: Node) -> int:
    """Return the column of the dash before an item of a block list."""
    line = text.document.lines.start_of(item.start)
    before = text.document.text[line : item.start]
    return len(before) - len(before.lstrip(" "))


def _leave_lines(
    text: SourceText, edit: Edit, lines: Sequence[str], column: int
) -> Edit:
    if not lines or text.column_of(edit.start) > 0:
        return edit
    pad = " " * column
    left = "".join(f"{pad}{line}{text.newline}" for line in lines)
    return Edit(edit.start, edit.end, (left,))


def append_items(
    text: SourceText, items_node: Node, items: Sequence[Sequence[Field]]
) -> Edit:
    """Return the edit that adds mappings to a list that has items already."""
    last = items_node.items[-1]
    if items_node.flow:
        pieces = _flow_items(text, items, is_json(last))
        return Edit(last.end, last.end, (", ", *pieces))
    column = item_column(text, last)
    pieces = _block_items(text, items, column, text.column_of(last.start))
    end = item_span(text.document, text.comments, last).end
    return insert_line(text, end, column, pieces)


def add_list(text: SourceText, key: str, items: Sequence[Sequence[Field]]) -> Edit:
    """Return the edit that adds a list of mappings at the end of the file, indented as its other lists."""
    root = text.root
    if root.flow:
        end = _entry_end(root.entries[-1])
        gap = gap_in_flow(text, root)
        name = emit_quoted(key) if is_json(root) else key
        pieces = _flow_items(text, items, is_json(root))
        return Edit(end, end, (",", gap, f"{name}: [", *pieces, "]"))
    column = text.column_of(root.entries[0][0].start)
    inner = column + _list_indent(text)
    pieces = _block_items(text, items, inner, inner + 2)
    head = f"{key}:{text.newline}{' ' * inner}"
    end = text.span_of(root.entries[-1]).end
    return insert_line(text, end, column, [head, *pieces])


def _list_indent(text: SourceText) -> int:
    """Return by how many columns the items of block lists are to the right of their key; 0 where there is no list."""
    for _, node in walk_nodes(text.root):
        for key, value in node.entries:
            if value.items and not value.flow:
                column = item_column(text, value.items[0])
                return max(0, column - text.column_of(key.start))
    return 0


def _block_items(
    text: SourceText, items: Sequence[Sequence[Field]], column: int, inner: int
) -> list[Piece]:
    pieces: list[Piece] = []
    for fields in items:
        if pieces:
            pieces.append(text.newline + " " * column)
        pieces.append("-" + " " * (inner - column - 1))
        pieces += emit_block(text.document, fields, inner, text.indent)
    return pieces


def _flow_items(
    text: SourceText, items: Sequence[Sequence[Field]], as_json: bool
) -> list[Piece]:
    pieces: list[Piece] = []
    for fields in items:
        if pieces:
            pieces.append(", ")
        pieces += ["{", *emit_flow(text.document, fields, as_json), "}"]
    return pieces


def split_item(text: SourceText, parent: Node, item: Node, new: Sequence[str]) -> Edit:
    """Return the edit that writes strings in place of one item of a list, each with its dash."""
    words = list(new)
    if item.style:
        words = [f'"{word}"' for word in new]
    gap = ", "
    if not parent.flow:
        source = text.document.text
        dash = source.rfind("-", text.document.lines.start_of(item.start), item.start)
        gap = f"{text.newline}{' ' * text.column_of(dash)}- "
    return Edit(item.start, item.end, (gap.join(words),))
