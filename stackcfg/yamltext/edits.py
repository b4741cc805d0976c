"""Edits on the spans of a text, which leave everything else as it is.

An edit replaces a span by pieces: new text, or copies of other spans of
the same text. Edits inside a copied span apply to the copy, so that a
block can be moved and changed at once.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from stackcfg.light_typing import NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import Document
from stackcfg.yamltext.lines import indent_of

_INDENTATION = lazy_pattern(r"(?m)^ *+(?=[^\S\n]*+\S)")
_START = attrgetter("start")


class Copy(NamedTuple):
    """The text of a span, its lines moved right by `shift` columns."""

    start: int
    end: int
    shift: int = 0


Piece = str | Copy


class Edit(NamedTuple):
    """Put `pieces` in place of the characters from `start` up to `end`.

    Of two insertions at one offset, the one with the higher `depth`
    comes first: the end of an inner block is before the end of an outer
    one.
    """

    start: int
    end: int
    pieces: tuple[Piece, ...] = ()
    depth: int = 0

    @property
    def text(self) -> str:
        """The new text of a resolved edit, whose pieces are strings."""
        return "".join(map(str, self.pieces))


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with the edits made; raise `ValueError` when two overlap."""
    return splice_edits(text, resolve_edits(text, edits))


def resolve_edits(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """Return the outermost edits in order, each with one string as piece.

    Raises `ValueError` when two edits overlap and neither is inside the
    other.
    """
    ordered = sorted(edits, key=_order)
    taken = _taken_by_copies(text, ordered)
    carried: dict[int, list[Edit]] = {}
    for edit in ordered:
        if id(edit) in taken:
            carried.setdefault(id(taken[id(edit)]), []).append(edit)
    resolver = _Resolver(text, ordered, carried)
    return resolver.resolve([edit for edit in ordered if id(edit) not in taken])


def splice_edits(
    text: str, resolved: Sequence[Edit], start: int = 0, end: int | None = None
) -> str:
    """Return a span of a text, by default all, with resolved edits made."""
    parts: list[str] = []
    for edit in resolved:
        parts += (text[start : edit.start], edit.text)
        start = edit.end
    return "".join((*parts, text[start:end]))


def trim_end_gap(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Extend a cut at the end of a document by the blank lines before it.

    The edits are resolved.
    """
    text = document.text
    if not edits:
        return []
    *others, last = edits
    if last.text or text[last.end : document.end].strip():
        return list(edits)
    start = len(text[: last.start].rstrip())
    if text[last.end - 1] == "\n":
        # only a file that has a line end at its end gets one
        start = text.find("\n", start, last.start) + 1 or last.start
    if others:
        start = max(start, others[-1].end)
    return [*others, last._replace(start=start)]


def shift_lines(text: str, shift: int, first_line: bool) -> str:
    """Return a text with its lines moved by some columns, unless blank.

    The first line is moved only if `first_line`: elsewhere it continues
    a line.
    """
    if not shift:
        return text

    def indent(match: re.Match[str]) -> str:
        if match.start() == 0 and not first_line:
            return match[0]
        return " " * (len(match[0]) + shift)

    return _INDENTATION.sub(indent, text)


def _order(edit: Edit) -> tuple[int, bool, int, int]:
    """Put insertions before replacements, outer edits before inner ones."""
    return edit.start, edit.end > edit.start, -edit.end, -edit.depth


class _Resolver(NamedTuple):
    """A text with all edits on it, which may apply to copied spans.

    `carried` are insertions behind the last line of a copy, by its
    `id`.
    """

    text: str
    every: Sequence[Edit]
    carried: Mapping[int, Sequence[Edit]]

    def resolve(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the outermost of some of the edits, with their new text."""
        found: list[Edit] = []
        for edit in edits:
            if not found or edit.start >= found[-1].end:
                new = self._new_text(edit)
                _append_edit(found, Edit(edit.start, edit.end, (new,)))
                continue
            outer = found[-1]
            if edit.end > outer.end:
                found[-1] = _join_overlapping_cuts(self.text, outer, edit)
            elif edit.start == edit.end and not self.text[edit.end : outer.end].strip():
                # an insertion in front of blank lines that a cut took along
                new = outer.text + self._new_text(edit)
                found[-1] = outer._replace(pieces=(new,))
        return found

    def _new_text(self, edit: Edit) -> str:
        parts: list[str] = []
        for piece in edit.pieces:
            if isinstance(piece, Copy):
                piece = self._copy(piece, edit)
            parts.append(piece)
        return "".join(parts)

    def _copy(self, span: Copy, outer: Edit) -> str:
        """Return a copied span with the edits inside it, its lines moved."""
        first = bisect_left(self.every, span.start, key=_START)
        last = bisect_left(self.every, span.end, key=_START)
        inside = [
            edit
            for edit in self.every[first:last]
            if edit is not outer and self._applies_to_copy(edit, span)
        ]
        inside += self.carried.get(id(span), ())
        resolved = self.resolve(inside)
        copied = splice_edits(self.text, resolved, span.start, span.end)
        at_line_start = _has_whole_lines(self.text, span)
        return shift_lines(copied, span.shift, at_line_start)

    def _applies_to_copy(self, edit: Edit, span: Copy) -> bool:
        # an insertion at the start of the span belongs in front of it
        if edit.end > span.end or edit.end == span.start:
            return False
        if edit.start == edit.end and not self.text[edit.end : span.end].strip():
            # behind the last line: a copy that takes it along has it already
            return not _has_whole_lines(self.text, span)
        # the cut of a span that moves does not empty its copy
        return bool(edit.pieces) or (edit.start, edit.end) != (span.start, span.end)


def _taken_by_copies(text: str, edits: Sequence[Edit]) -> dict[int, Copy]:
    """Return the copies that take insertions behind their last line along.

    An insertion there is for something inside of the copied lines if it
    is indented further.
    """
    taken: dict[int, Copy] = {}
    copies = [piece for edit in edits for piece in edit.pieces]
    for copy in copies:
        if not isinstance(copy, Copy) or not _has_whole_lines(text, copy):
            continue
        lines = text[copy.start : copy.end]
        column = indent_of(lines)
        first = bisect_left(edits, copy.start + len(lines.rstrip()), key=_START)
        last = bisect_right(edits, copy.end, key=_START)
        for edit in edits[first:last]:
            if edit.start == edit.end and edit.depth > column:
                taken[id(edit)] = copy
    return taken


def _has_whole_lines(text: str, copy: Copy) -> bool:
    return text[copy.start - 1 : copy.start] in ("", "\n")


def _append_edit(found: list[Edit], edit: Edit) -> None:
    """Append a resolved edit; two cuts side by side become one."""
    if found:
        last = found[-1]
        are_adjacent = last.end == edit.start < edit.end
        if are_adjacent and not edit.text and not last.text:
            edit = found.pop()._replace(end=edit.end)
    found.append(edit)


def _join_overlapping_cuts(text: str, one: Edit, other: Edit) -> Edit:
    """Join two overlapping cuts of a flow collection, with the comma."""
    if one.text or any(map(str, other.pieces)):
        raise ValueError(f"edits overlap at offset {other.start}")
    start = one.start
    before = text[:start].rstrip()
    after = text[other.end :].lstrip()
    if after.startswith(("]", "}")) and before.endswith(","):
        start = len(before) - 1
    return Edit(start, other.end, ("",))
