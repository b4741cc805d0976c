"""Edits on the spans of a text. What no edit touches stays byte for byte the same.

An edit replaces a span by pieces: new text, or copies of other spans of the same text. Edits that lie inside a
copied span take effect in the copy, so that a block can be moved and changed at once.

Comments: a comment belongs to the entry that it stands over (no blank line between), stands beside, or stands
inside of. A comment at the top of the file belongs to the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from stackcfg.yamltext.document import ALIAS, MAPPING, SCALAR, Document, Node, ParseError, walk

_INDENT: Final = re.compile(r"[ ]*")
_MAYBE_COMMENT: Final = re.compile(r"(?:^|[ \t])#")
_BLANK_LINES: Final = re.compile(r"(?:[ \t]*\r?\n)+")


class Copy(NamedTuple):
    """The text of a span, its lines moved right by `shift` columns (left when negative)."""

    start: int
    end: int
    shift: int = 0


Piece = str | Copy


class Edit(NamedTuple):
    """Put `pieces` in place of the characters from `start` up to `end`.

    Of two insertions at one place the one with the higher `depth` comes first: what ends an inner block stands
    before what ends an outer one.
    """

    start: int
    end: int
    pieces: tuple[Piece, ...] = ()
    depth: int = 0


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made. Raises `ValueError` when two edits cut into each other."""
    return _spliced(text, resolved(text, edits), 0, len(text))


def resolved(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """The outermost edits in order, each with its pieces turned into one text.

    Raises `ValueError` when two edits cut into each other.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end > edit.start, -edit.end, -edit.depth))
    return _outermost(text, ordered, ordered)


def _outermost(text: str, edits: Sequence[Edit], every: Sequence[Edit]) -> list[Edit]:
    found: list[Edit] = []
    for edit in edits:
        if found and edit.start < found[-1].end and edit.end > found[-1].end:
            found.append(_joined_cut(text, found.pop(), edit))
            continue
        in_gap = found and edit.start == edit.end and not text[edit.start : found[-1].end].strip()
        if found and edit.start < found[-1].end and not in_gap:
            continue
        new = "".join(piece if isinstance(piece, str) else _copied(text, every, edit, piece) for piece in edit.pieces)
        if in_gap and edit.start < found[-1].end:  # the cut took the blank lines behind the place along
            found[-1] = Edit(found[-1].start, found[-1].end, (str(found[-1].pieces[0]) + new,))
        elif found and found[-1].end == edit.start < edit.end and not new and not str(found[-1].pieces[0]):
            found[-1] = Edit(found[-1].start, edit.end, ("",))
        else:
            found.append(Edit(edit.start, edit.end, (new,)))
    return found


def without_end_gap(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Resolved edits; a cut at the very end of a document takes along the blank lines before it."""
    if not edits or str(edits[-1].pieces[0]) or document.text[edits[-1].end : document.end].strip():
        return list(edits)
    *others, last = edits
    kept = len(document.text[: last.start].rstrip())
    start = document.text.find("\n", kept, last.start) + 1 or last.start
    if document.text[last.end - 1] != "\n":  # a file without a line end at its end stays one
        start = kept
    return [*others, Edit(max(start, others[-1].end if others else 0), last.end, ("",))]


def _joined_cut(text: str, one: Edit, other: Edit) -> Edit:
    """Two overlapping cuts of neighbours in a flow collection as one, with the comma that would be left over."""
    if any(map(str, one.pieces)) or any(map(str, other.pieces)):
        raise ValueError(f"edits overlap at offset {other.start}")
    before = text[: one.start].rstrip()
    at_end = text[other.end :].lstrip()[:1] in ("]", "}")
    start = len(before) - 1 if at_end and before.endswith(",") else one.start
    return Edit(start, other.end, ("",))


def _spliced(text: str, edits: Sequence[Edit], start: int, end: int) -> str:
    out: list[str] = []
    position = start
    for edit in edits:
        out += [text[position : edit.start], *map(str, edit.pieces)]
        position = edit.end
    out.append(text[position:end])
    return "".join(out)


def _copied(text: str, every: Sequence[Edit], outer: Edit, piece: Copy) -> str:
    first = bisect_left(every, piece.start, key=lambda edit: edit.start)
    last = bisect_left(every, piece.end, key=lambda edit: edit.start)
    inside = [
        edit
        for edit in every[first:last]
        if edit.end <= piece.end
        and edit is not outer
        and not edit.start == edit.end == piece.start  # an insertion there stands in front of the span
        and not (edit.start == piece.start and edit.end == piece.end and not edit.pieces)  # the cut of a moved span
    ]
    copied = _spliced(text, _outermost(text, inside, every), piece.start, piece.end)
    at_line_start = piece.start == 0 or text[piece.start - 1] == "\n"
    return shifted(copied, piece.shift, at_line_start)


def shifted(text: str, shift: int, first_line: bool = False) -> str:
    """The text with its lines moved by `shift` columns; blank lines stay as they are."""
    if not shift:
        return text
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if (index == 0 and not first_line) or not line.strip():
            continue
        if shift > 0:
            lines[index] = " " * shift + line
        else:
            spaces = _INDENT.match(line)
            lines[index] = line[min(-shift, spaces.end() if spaces else 0) :]
    return "\n".join(lines)


class Comment(NamedTuple):
    """A comment from its `#` to the end of its line."""

    start: int
    end: int
    text: str


class Comments:
    """The comments of a document, in order."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text

    @cached_property
    def all(self) -> list[Comment]:
        """Every comment."""
        document = self._document
        return self._find(document) if document.text.find("#", document.start, document.end) >= 0 else []

    @cached_property
    def _starts(self) -> list[int]:
        return [comment.start for comment in self.all]

    def _find(self, document: Document) -> list[Comment]:
        text = document.text
        spans = sorted(_scalar_spans(document.root, text))
        starts = [start for start, _ in spans]
        found: list[Comment] = []
        position = text.find("#", document.start, document.end)
        while position >= 0:
            index = bisect_right(starts, position) - 1
            inside = index >= 0 and spans[index][0] <= position < spans[index][1]
            if not inside and (position == 0 or text[position - 1] in " \t\r\n\"'])}"):
                end = text.find("\n", position)
                end = len(text) if end < 0 else end
                end -= text[end - 1] == "\r"
                found.append(Comment(position, end, text[position:end].rstrip()))
                position = text.find("#", end, document.end)
            else:
                position = text.find("#", position + 1, document.end)
        return found

    def within(self, start: int, end: int) -> list[Comment]:
        """The comments that begin in a span."""
        return self.all[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def beside(self, offset: int) -> Comment | None:
        """The comment on the rest of the line behind `offset`, when nothing else is there."""
        index = bisect_left(self._starts, offset)
        if index < len(self.all) and not self._text[offset : self.all[index].start].strip(" \t,"):
            return self.all[index]
        return None

    def is_own_line(self, comment: Comment) -> bool:
        """Whether nothing but the comment stands on its line."""
        line = self._text.rfind("\n", 0, comment.start) + 1
        return not self._text[line : comment.start].strip()


def _scalar_spans(root: Node, text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for _, node in walk(root):
        if node.kind in (SCALAR, ALIAS):
            start = node.start
            if node.style in ("|", ">"):  # a comment may follow the block scalar's header
                start = text.find("\n", start, node.end) + 1 or start
            spans.append((start, node.end))
        spans.extend((key.start, key.end) for key, _ in node.entries if key.kind == SCALAR)
    return spans


def keep_comments(document: Document, comments: Comments, edits: Sequence[Edit]) -> list[Edit]:
    """The edits, resolved, with every comment that they would drop put in front of the text that takes its place."""
    outer = resolved(document.text, edits)
    if not comments.all:
        return outer
    written = Counter(
        line[line.index("#", match.start()) :].rstrip()
        for edit in outer
        for line in str(edit.pieces[0]).split("\n")
        for match in _MAYBE_COMMENT.finditer(line)
    )
    result: list[Edit] = []
    for edit in outer:
        lost: list[str] = []
        for comment in comments.within(edit.start, edit.end):
            if written[comment.text] > 0:
                written[comment.text] -= 1
            else:
                lost.append(comment.text)
        result.append(_with_lines(document, edit, lost) if lost else edit)
    return result


def _with_lines(document: Document, edit: Edit, lines: list[str]) -> Edit:
    """The edit with comment lines in front."""
    text = document.text
    line = document.lines.start_of(edit.start)
    indent = " " * (edit.start - line)
    gap = "" if edit.start == line or text[edit.start - 1] in " \t" else " "
    new = "".join(f"{comment}{document.newline}{indent}" for comment in lines)
    return Edit(edit.start, edit.end, (gap + new + str(edit.pieces[0]),))


class EntrySpan(NamedTuple):
    """Where an entry of a block mapping stands.

    `lead` begins the comments over it (or the line of its key), `line` its own line, `end` lies behind its last
    line's content and comments, `after` behind that line's line end.
    """

    lead: int
    line: int
    end: int
    after: int


def column_of(document: Document, offset: int) -> int:
    """The 0-based column of an offset."""
    return offset - document.lines.start_of(offset)


def entry_span(document: Document, comments: Comments, key: Node, value: Node) -> EntrySpan:
    """The lines of a block mapping's entry, with the comments that belong to it.

    Raises `ParseError` for a key written with `?`, which no edit here knows how to keep.
    """
    text, lines = document.text, document.lines
    line = lines.start_of(key.start)
    if text[line : key.start].strip(" -") == "?":
        raise ParseError(f"the key '{key.text}' is written with '?'", key.start, "write it as 'key: value'")
    column = key.start - line
    end = key.end + len(text[key.end : max(value.end, key.end)].rstrip())
    beside = comments.beside(end)
    end = beside.end if beside else _line_content_end(text, end)
    end = _owned_below(document, comments, end, column)
    return EntrySpan(_lead(document, line, column), line, end, lines.after(max(end - 1, key.start)))


def _line_content_end(text: str, offset: int) -> int:
    """The end of the line when only a colon, a comma and white space are left on it, else `offset`."""
    end = offset
    while end < len(text) and text[end] in " \t,:":
        end += 1
    return end if end >= len(text) or text[end] in "\r\n" else offset


def _owned_below(document: Document, comments: Comments, end: int, column: int) -> int:
    """Comment lines under an entry that are indented deeper than its key belong to it."""
    for comment in comments.within(end, len(document.text)):
        if not comments.is_own_line(comment) or document.text[end : comment.start].strip():
            break
        if column_of(document, comment.start) <= column:
            break
        end = comment.end
    return end


def _lead(document: Document, line: int, column: int) -> int:
    """The start of the comment lines directly over a line, but for those that open the file."""
    lead = line
    while lead > 0:
        above = document.lines.start_of(lead - 1)
        content = document.text[above:lead].strip()
        indent = len(document.text[above:lead]) - len(document.text[above:lead].lstrip(" "))
        if not content.startswith("#") or indent != column:
            break
        lead = above
    first = line == document.lines.start_of(document.root.start)
    opens_file = first and not document.text[:lead].replace("---", "").strip()
    return line if opens_file else lead


def indent_step(document: Document, root: Node) -> int:
    """By how many columns a mapping inside a mapping is indented in this document; 2 where it has none."""
    for _, node in walk(root):
        if node.kind != MAPPING or not is_spread(document, node):
            continue
        outer = column_of(document, node.entries[0][0].start)
        for _, value in node.entries:
            if value.kind == MAPPING and is_spread(document, value):
                step = column_of(document, value.entries[0][0].start) - outer
                if step > 0:
                    return step
    return 2


def is_spread(document: Document, node: Node) -> bool:
    """Whether a mapping's entries stand on lines of their own: a block, or a flow mapping written over many lines."""
    if not node.entries:
        return False
    first = node.entries[0][0].start
    alone = not document.text[document.lines.start_of(first) : first].strip(" -")
    return alone and (not node.flow or document.lines.start_of(first) > node.start)


def removed_entry(document: Document, comments: Comments, parent: Node, index: int) -> Edit:
    """The edit that takes an entry out of a mapping, its line with it; its comments are the caller's to keep."""
    key, value = parent.entries[index]
    if parent.flow:
        return _removed_between([(each.start, max(item.end, each.end)) for each, item in parent.entries], index)
    span = entry_span(document, comments, key, value)
    shares_line = document.text[span.line : key.start].strip()
    if not shares_line:
        return Edit(*with_gap(document.text, span.lead, span.after))
    if index + 1 < len(parent.entries):
        return Edit(key.start, parent.entries[index + 1][0].start)
    return Edit(key.start, span.end, ("{}",))


def item_span(document: Document, comments: Comments, item: Node) -> EntrySpan:
    """The lines of a block list's item, with the comments over and beside it."""
    line = document.lines.start_of(item.start)
    column = len(document.text[line : item.start]) - len(document.text[line : item.start].lstrip(" "))
    beside = comments.beside(item.end)
    end = beside.end if beside else max(item.end, item.start)
    return EntrySpan(_lead(document, line, column), line, end, document.lines.after(max(end - 1, item.start)))


def removed_item(document: Document, comments: Comments, parent: Node, index: int) -> Edit:
    """The edit that takes an item out of a list; its comments are the caller's to keep."""
    item = parent.items[index]
    if parent.flow:
        return _removed_between([(each.start, each.end) for each in parent.items], index)
    span = item_span(document, comments, item)
    return Edit(span.lead, span.after)


def _removed_between(spans: list[tuple[int, int]], index: int) -> Edit:
    """Cut one of several comma-separated spans, with one comma."""
    if index + 1 < len(spans):
        return Edit(spans[index][0], spans[index + 1][0])
    return Edit(spans[index - 1][1] if index else spans[index][0], spans[index][1])


def with_gap(text: str, start: int, end: int) -> tuple[int, int]:
    """A removed span takes the blank lines behind it along where there are blank lines before it already."""
    before = start == 0 or text[max(0, start - 4) : start].endswith(("\n\n", "\r\n\r\n"))
    rest = _BLANK_LINES.match(text, end)
    return start, rest.end() if before and rest else end
