"""Lists at the top of a file that move under a section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.changes import Changes, Move
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.editing.entry_edits import (
    cut_entry,
    gap_in_flow,
    insert_fields,
    rename_key,
)
from stackcfg.migration.editing.values import is_empty, is_json
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.yamltext.document import (
    MAPPING,
    SCALAR,
    Entry,
    Node,
    ParseError,
    end_of_entry,
)
from stackcfg.yamltext.edits import Copy, Edit, Piece
from stackcfg.yamltext.emit import Field, emit_quoted, emit_scalar
from stackcfg.yamltext.entries import include_blank_lines, is_spread

Region = tuple[int, int]
"""The offsets of the first line of a list and of what is behind its
last line.
"""


class ListMove(NamedTuple):
    """A list that moves: its entry at the top of the file, its key in
    the section.
    """

    key: Node
    value: Node
    new: str

    @property
    def entry(self) -> Entry:
        """The entry at the top of the file."""
        return self.key, self.value


def move_lists(
    text: Editor,
    section: str,
    names: Mapping[str, str],
) -> Changes:
    """Move lists under a section; `names` gives their new keys by the
    old ones.

    A list takes its comments along. A new section takes the place of
    the first list; comments over that one stay.
    """
    moves = [
        ListMove(key, value, names[key.text])
        for key, value in text.root.entries
        if key.text in names
    ]
    for move in moves:
        yield Move((move.key.text,), (section, move.new))
    holder = find_section(text, section)
    if holder is not None:
        for move in moves:
            yield from _move_into(text, section, holder, move)
    elif moves:
        yield from _make_section(text, section, moves)


def find_section(
    text: Editor,
    section: str,
) -> Node | None:
    """Return the mapping of a section; None where it is missing or empty."""
    node = text.editable_node((section,))
    if node is None or is_empty(node):
        return None
    if node.kind == MAPPING:
        return node
    message = f"'{section}' is not a mapping"
    raise ParseError(message, node.start, "write its entries out")


def rename_item_keys(
    text: Editor,
    path: Path,
    names: Mapping[str, str],
) -> Changes:
    """Rename keys in each mapping of a list, also in those that an
    alias brings.
    """
    for index, item in enumerate(list_at(text.data, path)):
        for old, new in names.items():
            if old in as_mapping(item):
                yield Move((*path, index, old), (*path, index, new))
    # the text behind an anchor is written once, the data has it at each alias
    node = text.root.at(path)
    if node is None:
        return
    for item in node.items:
        for key, _ in item.entries:
            if key.text in names:
                yield rename_key(key, names[key.text])


def _move_into(
    text: Editor,
    section: str,
    holder: Node,
    move: ListMove,
) -> Iterator[Edit]:
    """Move a list to the end of a section that has entries already."""
    key, value, new = move
    is_block = not value.flow and value.kind != SCALAR
    if holder.flow and is_block:
        message = f"'{key.text}' cannot move into the flow mapping of '{section}'"
        raise ParseError(message, key.start, "write the section as a block")
    held = holder.entry(new)
    # it is null or empty there, else the list would stay where it is
    if held is not None:
        yield cut_entry(text, holder, held)
    yield cut_entry(text, text.root, move.entry)
    # lines can only be copied between blocks
    if text.root.flow or holder.flow:
        yield insert_fields(text, holder, [Field(new, value)])
        return
    if new != key.text:
        yield rename_key(key, new)
    yield _copy_to_end(text, holder, move.entry)


def _copy_to_end(
    text: Editor,
    holder: Node,
    entry: Entry,
) -> Edit:
    column = text.column_of_keys(holder)
    shift = column - text.column_of(entry[0].start)
    span = text.span_of(entry)
    copied = Copy(span.lead, span.end, shift)
    last = text.span_of(holder.entries[-1])
    if last.after > last.end and text.source[last.after - 1] == "\n":
        return Edit(last.after, last.after, (copied, text.newline), column)
    end = len(text.source)
    return Edit(end, end, (text.newline, copied), column)


def _make_section(
    text: Editor,
    section: str,
    moves: Sequence[ListMove],
) -> Iterator[Edit]:
    if text.root.flow:
        yield from _make_flow_section(text, section, moves)
    else:
        yield from _make_block_section(text, section, moves)
    empty = text.root.entry(section)
    # a section without content would be a second key of this name
    if empty is not None:
        yield cut_entry(text, text.root, empty)


def _make_block_section(
    text: Editor,
    section: str,
    moves: Sequence[ListMove],
) -> Iterator[Edit]:
    """Write a section in place of the first list.

    Lists that follow one another move as one block.
    """
    regions = _regions(text, moves)
    pairs = list(pairwise(regions))
    # lists in a row bring the line ends between them along
    in_a_row = all(before[1] == after[0] for before, after in pairs)
    pad = " " * text.column_of_keys(text.root)
    pieces: list[Piece] = [f"{pad}{section}:{text.newline}"]
    for start, end in regions:
        pieces.append(Copy(start, end, text.indent))
        if text.source[end - 1] != "\n" and not in_a_row:
            pieces.append(text.newline)
    start, end = regions[0]
    yield Edit(start, end, tuple(pieces))
    for move in moves:
        if move.new != move.key.text:
            yield rename_key(move.key, move.new)
    for before, region in pairs:
        # a list that stood alone leaves blank lines on both sides
        if before[1] != region[0]:
            region = include_blank_lines(text.source, *region)
        yield Edit(*region)


def _regions(
    text: Editor,
    moves: Sequence[ListMove],
) -> list[Region]:
    """Return the lines of each list, up to the next one where two
    follow one another.

    A list has its comments with it. Those over the first list stay
    where they are, over the section.
    """
    spans = {move.key.start: text.span_of(move.entry) for move in moves}
    regions: list[Region] = []
    following = [key.start for key, _ in text.root.entries[1:]]
    for (key, _), next_start in zip(text.root.entries, [*following, -1], strict=True):
        span = spans.get(key.start)
        if span is None:
            continue
        end = span.after
        if next_start in spans:
            end = spans[next_start].lead
        # comments over the first list are over the section now
        start = span.lead if regions else span.line
        regions.append((start, end))
    return regions


def _make_flow_section(
    text: Editor,
    section: str,
    moves: Sequence[ListMove],
) -> Iterator[Edit]:
    root = text.root
    emit_key = emit_quoted if is_json(root) else emit_scalar
    between, end, shift = " ", "", 0
    if is_spread(text.document, root):
        shift = text.indent
        end = gap_in_flow(text, root)
        between = end + " " * shift
    pieces: list[Piece] = []
    for move in moves:
        if pieces:
            pieces += [",", between]
        value = Copy(move.value.start, move.value.end, shift)
        pieces += [f"{emit_key(move.new)}: ", value]
    head = f"{emit_key(section)}: {{{between.lstrip(' ')}"
    start = moves[0].key.start
    stop = end_of_entry(moves[0].entry)
    yield Edit(start, stop, (head, *pieces, end, "}"))
    for move in moves[1:]:
        yield cut_entry(text, root, move.entry)
