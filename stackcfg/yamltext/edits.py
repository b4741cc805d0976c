"""Edits on the spans of a text. What no edit touches stays byte for byte the same.

An edit replaces a span by pieces: new text, or copies of other spans of the same text. Edits that lie inside a
copied span take effect in the copy, so that a block can be moved and changed at once.

Comments: a comment belongs to the entry that it stands over (no blank line between), stands beside, or stands
inside of. A comment at the top of the file belongs to the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from stackcfg.yamltext.document import Document

_INDENT: Final = re.compile(r"[ ]*")


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


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made. Raises `ValueError` when two edits cut into each other."""
    return _spliced(text, resolve_edits(text, edits), 0, len(text))


def resolve_edits(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """The outermost edits in order, each with its pieces turned into one text.

    Raises `ValueError` when two edits cut into each other.
    """
    ordered = sorted(
        edits,
        key=lambda edit: (edit.start, edit.end > edit.start, -edit.end, -edit.depth),
    )
    return _outermost(text, ordered, ordered)


def _outermost(text: str, edits: Sequence[Edit], every: Sequence[Edit]) -> list[Edit]:
    found: list[Edit] = []
    for edit in edits:
        if found and edit.start < found[-1].end and edit.end > found[-1].end:
            found.append(_joined_cut(text, found.pop(), edit))
            continue
        in_gap = (
            found
            and edit.start == edit.end
            and not text[edit.start : found[-1].end].strip()
        )
        if found and edit.start < found[-1].end and not in_gap:
            continue
        new = "".join(
            piece if isinstance(piece, str) else _copied(text, every, edit, piece)
            for piece in edit.pieces
        )
        if (
            in_gap and edit.start < found[-1].end
        ):  # the cut took the blank lines behind the place along
            found[-1] = Edit(
                found[-1].start, found[-1].end, (str(found[-1].pieces[0]) + new,)
            )
        elif (
            found
            and found[-1].end == edit.start < edit.end
            and not new
            and not str(found[-1].pieces[0])
        ):
            found[-1] = Edit(found[-1].start, edit.end, ("",))
        else:
            found.append(Edit(edit.start, edit.end, (new,)))
    return found


def trim_end_gap(document: Document, edits: Sequence[Edit]) -> list[Edit]:
    """Resolved edits; a cut at the very end of a document takes along the blank lines before it."""
    if (
        not edits
        or str(edits[-1].pieces[0])
        or document.text[edits[-1].end : document.end].strip()
    ):
        return list(edits)
    *others, last = edits
    kept = len(document.text[: last.start].rstrip())
    start = document.text.find("\n", kept, last.start) + 1 or last.start
    if (
        document.text[last.end - 1] != "\n"
    ):  # a file without a line end at its end stays one
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
        and not edit.start
        == edit.end
        == piece.start  # an insertion there stands in front of the span
        and not (
            edit.start == piece.start and edit.end == piece.end and not edit.pieces
        )  # the cut of a moved span
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
