"""Edits of the items of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.migration.editing.entry_edits import (
    gap_in_flow,
    insert_lines,
    leave_lines,
)
from stackcfg.migration.editing.source_text import SourceText
from stackcfg.migration.editing.values import is_json
from stackcfg.yamltext.document import Entry, Node, end_of_entry, walk_nodes
from stackcfg.yamltext.edits import Edit, Piece, splice_edits
from stackcfg.yamltext.emit import Field, emit_block, emit_flow, emit_quoted
from stackcfg.yamltext.entries import item_span, remove_item

Items = Sequence[Sequence[Field]]
"""The fields of each mapping in a list."""


def cut_item(
    text: SourceText,
    parent: Node,
    item: Node,
    comments: Sequence[str] = (),
) -> Edit:
    """Return the edit that removes an item and leaves comment lines in
    its place.
    """
    index = parent.items.index(item)
    edit = remove_item(text.document, text.comments, parent, index)
    column = text.column_of_line(item.start)
    return leave_lines(text, edit, comments, column)


def split_item(
    text: SourceText,
    parent: Node,
    item: Node,
    new: Sequence[str],
) -> Edit:
    """Return the edit that writes strings in place of an item, each
    with its dash.
    """
    words = list(new)
    if item.style:
        words = [f'"{word}"' for word in new]
    gap = ", "
    if not parent.flow:
        dash = text.source.rfind("-", text.line_start(item.start), item.start)
        gap = text.newline + " " * text.column_of(dash) + "- "
    return Edit(item.start, item.end, (gap.join(words),))


def repeat_item(
    text: SourceText,
    parent: Node,
    item: Node,
    edits: Sequence[Sequence[Edit]],
) -> Edit:
    """Return the edit that writes copies of an item behind it.

    Each copy has its own edits.
    """
    start, end = item.start, item.end
    if parent.flow:
        copies = [splice_edits(text.source, each, start, end) for each in edits]
        return Edit(end, end, tuple(f", {copy}" for copy in copies))
    # the span of a block reaches to the next line
    end = start + len(text.source[start:end].rstrip())
    column = text.column_of_line(start)
    start = text.source.rindex("-", text.line_start(start), start)
    gap = text.newline + " " * column
    copies = [splice_edits(text.source, each, start, end) for each in edits]
    span = item_span(text.document, text.comments, item)
    return insert_lines(text, span.end, column, [gap.join(copies)])


def append_items(
    text: SourceText,
    parent: Node,
    items: Items,
) -> Edit:
    """Return the edit that adds mappings to a list that has items already."""
    last = parent.items[-1]
    if parent.flow:
        pieces = _flow_items(text, items, is_json(last))
        return Edit(last.end, last.end, (", ", *pieces))
    # dashes can be indented, and keys can be more than two columns behind them
    column = text.column_of_line(last.start)
    inner = text.column_of(last.start)
    pieces = _block_items(text, items, column, inner)
    span = item_span(text.document, text.comments, last)
    return insert_lines(text, span.end, column, pieces)


def add_list(
    text: SourceText,
    parent: Node,
    key: str,
    items: Items,
) -> Edit:
    """Return the edit that adds a list of mappings at the end of a mapping.

    Its items are indented as those of other lists.
    """
    last = parent.entries[-1]
    if parent.flow:
        return _add_flow_list(text, parent, key, items)
    column = text.column_of(last[0].start)
    inner = column + _list_indent(text, parent)
    # keys of an item are behind a dash and a space
    head = f"{key}:{text.newline}{' ' * inner}"
    pieces = _block_items(text, items, inner, inner + 2)
    end = text.span_of(last).end
    return insert_lines(text, end, column, [head, *pieces])


def fill_list(
    text: SourceText,
    parent: Node,
    entry: Entry,
    items: Items,
) -> Iterator[Edit]:
    """Yield the edits that give mappings to a list which is null or empty."""
    key, value = entry
    colon = text.source.index(":", key.end)
    if parent.flow:
        inner = _flow_items(text, items, is_json(parent))
        yield Edit(colon + 1, max(value.end, colon + 1), (" [", *inner, "]"))
        return
    # a comment beside the list stays beside its key
    yield Edit(colon + 1, max(value.end, colon + 1))
    column = text.column_of(key.start) + _list_indent(text, parent)
    pieces = _block_items(text, items, column, column + 2)
    yield insert_lines(text, text.span_of(entry).end, column, pieces)


def _add_flow_list(
    text: SourceText,
    parent: Node,
    key: str,
    items: Items,
) -> Edit:
    as_json = is_json(parent)
    if as_json:
        key = emit_quoted(key)
    pieces = _flow_items(text, items, as_json)
    end = end_of_entry(parent.entries[-1])
    gap = gap_in_flow(text, parent)
    return Edit(end, end, (",", gap, f"{key}: [", *pieces, "]"))


def _list_indent(text: SourceText, parent: Node) -> int:
    """Return how far the items of block lists are indented below their key.

    The first list in the mapping is taken as the style, else that of
    the file.
    """
    for holder in (parent, text.root):
        for _, node in walk_nodes(holder):
            for key, value in node.entries:
                if value.items and not value.flow:
                    column = text.column_of_line(value.items[0].start)
                    return max(0, column - text.column_of(key.start))
    return 0


def _block_items(
    text: SourceText,
    items: Items,
    column: int,
    inner: int,
) -> list[Piece]:
    """Return items whose dashes are in `column` and whose keys are in
    `inner`. Comments over the first field are over the dash.
    """
    dash = "-" + " " * (inner - column - 1)
    line_break = text.newline + " " * column
    pieces: list[Piece] = []
    for first, *others in items:
        if pieces:
            pieces.append(line_break)
        for comment in first.before:
            pieces += [comment, line_break]
        pieces.append(dash)
        fields = [first._replace(before=()), *others]
        pieces += emit_block(text.document, fields, inner, text.indent)
    return pieces


def _flow_items(
    text: SourceText,
    items: Items,
    as_json: bool,
) -> list[Piece]:
    pieces: list[Piece] = []
    for fields in items:
        if pieces:
            pieces.append(", ")
        inner = emit_flow(text.document, fields, as_json)
        pieces += ["{", *inner, "}"]
    return pieces
