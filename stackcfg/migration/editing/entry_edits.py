"""Edits of the entries of a mapping, in the style of their place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from stackcfg.light_typing import Any, Final
from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.migration.editing.values import is_json, put_over
from stackcfg.yamltext.comments import Comment
from stackcfg.yamltext.document import (
    SEQUENCE,
    Entry,
    Node,
    content_start,
    end_of_entry,
)
from stackcfg.yamltext.edits import Edit, Piece
from stackcfg.yamltext.emit import (
    Field,
    emit_block,
    emit_flow,
    emit_quoted,
    emit_scalar,
)
from stackcfg.yamltext.entries import is_spread, remove_entry

_END: Final = attrgetter("end")


def rename_key(key: Node, name: str) -> Edit:
    """Return the edit that gives a key another name, in its quotes."""
    if key.style in ('"', "'"):
        name = f"{key.style}{name}{key.style}"
    return Edit(key.start, key.end, (name,))


def rewrite_scalar(
    text: SourceText,
    node: Node,
    value: Any,
) -> Edit:
    """Return the edit that writes another value; a string keeps its quotes."""
    start = content_start(text.source, node)
    # the span of a block scalar reaches to the next line
    old = text.source[start : node.end].rstrip()
    new = _emit_like(text, node, value)
    if not old:
        new = _lead_to_value(text.source[:start]) + new
    elif node.kind == SEQUENCE and not node.flow:
        # the dashes of a list may be below its key, where no scalar can be
        new = " " * text.indent + new
    return Edit(start, start + len(old), (new,))


def _lead_to_value(before: str) -> str:
    """Return what a value needs in front of it where there was none."""
    if before.endswith((" ", "\t", "\n")):
        return ""
    # a key inside of braces needs no colon
    return " " if before.endswith((":", "-")) else ": "


def _emit_like(
    text: SourceText,
    node: Node,
    value: Any,
) -> str:
    if not isinstance(value, str):
        return emit_scalar(value)
    if node.style == '"':
        return emit_quoted(value)
    if node.style == "'":
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    return emit_scalar(value, flow=_is_inside_flow(text.root, node))


def _is_inside_flow(root: Node, scalar: Node) -> bool:
    """Return whether a scalar is inside brackets, where commas and
    braces end it.
    """
    current = root
    while not current.flow:
        # a scalar is in flow style as soon as one of the nodes around it is
        around = _value_at(current, scalar.start)
        if around is None or around is scalar:
            return False
        current = around
    return True


def _value_at(parent: Node, offset: int) -> Node | None:
    """Return the value of a collection in whose text an offset is."""
    if parent.entries:
        number = bisect_right(parent.entries, offset, key=_end_of_value)
        values = [value for _, value in parent.entries[number : number + 1]]
    else:
        number = bisect_right(parent.items, offset, key=_END)
        values = parent.items[number : number + 1]
    for value in values:
        if value.start <= offset:
            return value
    return None


def _end_of_value(entry: Entry) -> int:
    return entry[1].end


def insert_fields(
    text: SourceText,
    parent: Node,
    fields: Sequence[Field],
    before: int | None = None,
) -> Edit:
    """Return the edit that adds fields to a mapping.

    They go to its end, or over the entry with the index `before`.
    """
    if parent.flow:
        return _insert_in_flow(text, parent, fields)
    column = text.column_of_keys(parent)
    pieces = emit_block(text.document, fields, column, text.indent)
    if before is None:
        span = text.span_of(parent.entries[-1])
        return insert_lines(text, span.end, column, pieces)
    span = text.span_of(parent.entries[before])
    lines = (" " * column, *pieces, text.newline)
    # the column orders insertions at one place: an inner block ends first
    return Edit(span.lead, span.lead, lines, column)


def _insert_in_flow(
    text: SourceText,
    parent: Node,
    fields: Sequence[Field],
) -> Edit:
    pieces = emit_in_flow(text, parent, fields)
    # there is no entry whose end could be extended
    if not parent.entries:
        start = parent.start + 1
        return Edit(start, start, tuple(pieces))
    end = end_of_entry(parent.entries[-1])
    gap = gap_in_flow(text, parent)
    return Edit(end, end, (",", gap, *pieces))


def emit_in_flow(
    text: SourceText,
    parent: Node,
    fields: Sequence[Field],
) -> list[Piece]:
    """Return fields in the style of a flow mapping.

    They are on one line, or each on a line of its own as the other
    entries are.
    """
    gap = gap_in_flow(text, parent)
    return emit_flow(text.document, fields, is_json(parent), gap, text.indent)


def gap_in_flow(text: SourceText, parent: Node) -> str:
    """Return what is between a comma and the next entry of a flow mapping."""
    if not is_spread(text.document, parent):
        return " "
    column = text.column_of_keys(parent)
    return text.newline + " " * column


def insert_lines(
    text: SourceText,
    end: int,
    column: int,
    pieces: Sequence[Piece],
) -> Edit:
    """Return the edit that adds lines behind the line whose content
    ends at `end`.
    """
    pad = " " * column
    after = text.document.lines.after(max(end - 1, 0))
    if after > end and text.source[after - 1] == "\n":
        return Edit(after, after, (pad, *pieces, text.newline), column)
    # the last line of the file has no line end
    last = len(text.source)
    return Edit(last, last, (text.newline + pad, *pieces), column)


def fill_entry(
    text: SourceText,
    parent: Node,
    entry: Entry,
    fields: Sequence[Field],
) -> Edit:
    """Return the edit that gives fields to an entry which is null or empty."""
    key, value = entry
    if parent.flow:
        field = Field(key.text, tuple(fields))
        pieces = emit_in_flow(text, parent, [field])
        # an empty value has no text, and the colon must go along
        return Edit(key.start, max(value.end, key.end + 1), tuple(pieces))
    # comments over the entry are outside of what is replaced
    comments = collect_entry_comments(text, entry, with_lead=False)
    inner = put_over(fields, comments.remaining())
    field = Field(key.text, inner, (), comments.beside)
    return _replace_lines(text, entry, field)


def replace_entry(
    text: SourceText,
    parent: Node,
    entry: Entry,
    field: Field,
    with_lead: bool = False,
) -> Edit:
    """Return the edit that writes another entry in place of one.

    `with_lead` also replaces the comments over it.
    """
    start = entry[0].start
    if parent.flow:
        pieces = emit_in_flow(text, parent, [field])
        return Edit(start, end_of_entry(entry), tuple(pieces))
    edit = _replace_lines(text, entry, field)
    span = text.span_of(entry)
    if not with_lead or span.lead == span.line:
        return edit
    # the lead begins at the start of a line, the entry behind its indentation
    pad = " " * text.column_of(start)
    return Edit(span.lead, span.end, (pad, *edit.pieces))


def _replace_lines(
    text: SourceText,
    entry: Entry,
    field: Field,
) -> Edit:
    start = entry[0].start
    column = text.column_of(start)
    pieces = emit_block(text.document, [field], column, text.indent)
    end = text.span_of(entry).end
    return Edit(start, end, tuple(pieces))


def empty_entry(
    text: SourceText,
    entry: Entry,
    brackets: str,
    moved: Sequence[Comment] = (),
) -> Edit:
    """Return the edit that leaves an entry `{}` or `[]`, with its
    comments below, but for those that are `moved`.
    """
    key, value = entry
    if value.flow:
        return Edit(value.start, value.end, (brackets,))
    comments = collect_entry_comments(text, entry, with_lead=False, moved=moved)
    column = text.column_of(key.start) + text.indent
    # the comments are indented, so that they still belong to the entry
    new = f": {brackets}{comments.beside}"
    for line in comments.remaining():
        new += text.newline + " " * column + line
    end = text.span_of(entry).end
    return Edit(key.end, end, (new,))


def cut_entry(
    text: SourceText,
    parent: Node,
    entry: Entry,
    comments: Sequence[str] = (),
) -> Edit:
    """Return the edit that removes an entry and leaves comment lines in
    its place.
    """
    index = parent.entries.index(entry)
    edit = remove_entry(text.document, text.comments, parent, index)
    column = text.column_of(entry[0].start)
    return leave_lines(text, edit, comments, column)


def leave_lines(
    text: SourceText,
    edit: Edit,
    lines: Sequence[str],
    column: int,
) -> Edit:
    """Return the cut of whole lines with comment lines in its place.

    A cut that begins within a line stays as it is.
    """
    if not lines or text.column_of(edit.start) > 0:
        return edit
    pad = " " * column
    left = [f"{pad}{line}{text.newline}" for line in lines]
    return Edit(edit.start, edit.end, ("".join(left),))
