"""Lists at the top of a file that move under a section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from stackcfg.migration.changes import Change, Move
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.editing.entry_edits import (
    cut_entry,
    gap_in_flow,
    insert_fields,
    is_empty,
    is_json,
    rename_key,
)
from stackcfg.migration.editing.source_text import Entry
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.yamltext.document import MAPPING, SCALAR, Node, ParseError
from stackcfg.yamltext.edits import Copy, Edit, Piece
from stackcfg.yamltext.emit import Field, emit_quoted, emit_scalar
from stackcfg.yamltext.entries import include_blank_lines, is_spread


class ListMove(NamedTuple):
    """A list that moves: its entry at the top of the file, and its key in the section."""

    entry: Entry
    new: str


def move_lists(
    text: Editor, section: str, names: Mapping[str, str]
) -> Iterator[Change]:
    """Move lists under a section; `names` gives their new keys by the old ones.

    A list takes its comments along. A new section takes the place of the first list; comments over that one stay.
    """
    moves = [
        ListMove((key, value), names[key.text])
        for key, value in text.root.entries
        if key.text in names
    ]
    if not moves:
        return
    for move in moves:
        yield Move((move.entry[0].text,), (section, move.new))
    holder = find_section(text, section)
    if holder is not None:
        for move in moves:
            yield from _move_into(text, section, holder, move)
        return
    if text.root.flow:
        yield from _make_flow_section(text, section, moves)
    else:
        yield from _make_section(text, section, moves)
    empty = text.root.entry(section)
    if empty is not None:
        yield cut_entry(text, text.root, empty)


def find_section(text: Editor, section: str) -> Node | None:
    """Return the mapping of a section; None where the file has none, or an empty one."""
    node = text.editable_node((section,))
    if node is None or is_empty(node):
        return None
    if node.kind != MAPPING:
        raise ParseError(
            f"'{section}' is not a mapping", node.start, "write its entries out"
        )
    return node


def rename_item_keys(
    text: Editor, path: Path, names: Mapping[str, str]
) -> Iterator[Change]:
    """Rename keys in each mapping of a list, also in those that an alias brings."""
    for index, item in enumerate(list_at(text.data, path)):
        for key in names.keys() & as_mapping(item).keys():
            yield Move((*path, index, key), (*path, index, names[key]))
    node = text.root.at(path)
    for item in node.items if node is not None else ():
        for key_node, _ in item.entries:
            if key_node.text in names:
                yield rename_key(key_node, names[key_node.text])


def _move_into(
    text: Editor, section: str, holder: Node, move: ListMove
) -> Iterator[Edit]:
    """Move a list to the end of a section that has entries already."""
    key, value = move.entry
    if holder.flow and not (value.flow or value.kind == SCALAR):
        raise ParseError(
            f"'{key.text}' cannot move into the flow mapping of '{section}'",
            key.start,
            "write the section as a block",
        )
    held = holder.entry(move.new)
    if held is not None:
        yield cut_entry(text, holder, held)
    yield cut_entry(text, text.root, move.entry)
    if text.root.flow or holder.flow:
        yield insert_fields(text, holder, [Field(move.new, value)])
        return
    if move.new != key.text:
        yield rename_key(key, move.new)
    yield _copy_to_end(text, holder, move.entry)


def _copy_to_end(text: Editor, holder: Node, entry: Entry) -> Edit:
    """Return the edit that copies the lines of an entry to the end of a block mapping."""
    source = text.document.text
    column = text.column_of(holder.entries[0][0].start)
    span = text.span_of(entry)
    copied = Copy(span.lead, span.end, column - text.column_of(entry[0].start))
    last = text.span_of(holder.entries[-1])
    if last.after > last.end and source[last.after - 1] == "\n":
        return Edit(last.after, last.after, (copied, text.newline), column)
    return Edit(len(source), len(source), (text.newline, copied), column)


def _make_section(
    text: Editor, section: str, moves: Sequence[ListMove]
) -> Iterator[Edit]:
    """Write a section in place of the first list; lists that follow one another move as one block."""
    source = text.document.text
    column = text.column_of(text.root.entries[0][0].start)
    regions = _regions(text, moves)
    in_a_row = all(before[1] == after[0] for before, after in pairwise(regions))
    pieces: list[Piece] = [f"{' ' * column}{section}:{text.newline}"]
    for move, (start, end) in zip(moves, regions, strict=True):
        pieces.append(Copy(start, end, text.indent))
        if source[end - 1] != "\n" and not in_a_row:
            pieces.append(text.newline)
        if move.new != move.entry[0].text:
            yield rename_key(move.entry[0], move.new)
    yield Edit(*regions[0], tuple(pieces))
    for before, region in pairwise(regions):
        if before[1] == region[0]:
            yield Edit(*region)
        else:
            yield Edit(*include_blank_lines(source, *region))


def _regions(text: Editor, moves: Sequence[ListMove]) -> list[tuple[int, int]]:
    """Return the lines of each list: with its comments, and up to the next one where two follow one another.

    Comments over the first list stay where they are, over the section.
    """
    spans = {move.entry[0].start: text.span_of(move.entry) for move in moves}
    following = {
        one[0].start: other[0].start for one, other in pairwise(text.root.entries)
    }
    regions = []
    for start, span in spans.items():
        after = spans.get(following.get(start, -1))
        regions.append((span.lead, after.lead if after is not None else span.after))
    first = spans[moves[0].entry[0].start]
    return [(first.line, regions[0][1]), *regions[1:]]


def _make_flow_section(
    text: Editor, section: str, moves: Sequence[ListMove]
) -> Iterator[Edit]:
    root = text.root
    emit_key = emit_quoted if is_json(root) else emit_scalar
    shift, start, end = 0, "", ""
    if is_spread(text.document, root):
        end = gap_in_flow(text, root)
        start, shift = end + " " * text.indent, text.indent
    pieces: list[Piece] = []
    for move in moves:
        value = move.entry[1]
        if pieces:
            pieces += [",", start or " "]
        pieces += [f"{emit_key(move.new)}: ", Copy(value.start, value.end, shift)]
    key, value = moves[0].entry
    head = f"{emit_key(section)}: {{{start}"
    yield Edit(key.start, max(value.end, key.end), (head, *pieces, end, "}"))
    for move in moves[1:]:
        yield cut_entry(text, root, move.entry)
