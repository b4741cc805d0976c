"""Source lines with a gutter of line numbers, and marks under what a report speaks of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.reports.console.characters import Cells, cells, flat
from stackcfg.reports.console.colors import paint
from stackcfg.validation.findings import Span

ELLIPSIS: Final = "..."
ROOM: Final = 160
LEAST_ROOM: Final = 20


class Mark(NamedTuple):
    """A stretch to underline: with which sign, in which color, and what to say of it."""

    span: Span
    sign: str
    color: str
    label: str = ""


class Frame(NamedTuple):
    """The digits of the gutter, the columns of the whole frame (0 for as many as are usual), colors or none."""

    digits: int
    width: int
    colored: bool

    @property
    def room(self) -> int:
        """The columns that are left for source text."""
        return max((self.width or ROOM) - self.digits - 3, LEAST_ROOM)

    def row(self, text: str = "", number: int | None = None, sign: str = "|") -> str:
        """One row: the gutter with a line number or without, and a text."""
        head = f"{'' if number is None else number:>{self.digits}} {sign}"
        return paint(head, "frame", self.colored) + (f" {text}" if text else "")


class View(NamedTuple):
    """What of a line is shown, and where its mark begins and how long it is, in columns."""

    text: str
    start: int
    length: int


def excerpt(lines: Sequence[str], marks: Sequence[Mark], frame: Frame) -> Iterator[str]:
    """All marked lines in their order, each with its marks under it, and `...` for what lies between."""
    by_line: dict[int, list[Mark]] = {}
    for mark in sorted(
        marks, key=lambda each: (each.span.start.line, each.span.start.column)
    ):
        by_line.setdefault(mark.span.start.line, []).append(mark)
    before = 0
    for number, here in by_line.items():
        if before and number == before + 2:
            yield frame.row(shortened(line_at(lines, before + 1), frame), before + 1)
        elif before and number > before + 2:
            yield paint(ELLIPSIS, "frame", frame.colored)
        yield from _marked(number, line_at(lines, number), here, frame)
        before = number


def line_at(lines: Sequence[str], number: int) -> str:
    """A line by its number; the end of a file may be on a line that is not there."""
    return lines[number - 1].rstrip("\r\n") if 0 < number <= len(lines) else ""


def shortened(line: str, frame: Frame) -> str:
    """A line as it is shown, cut behind when it is too long."""
    return view(cells(line), 0, 0, frame.room).text


def _marked(
    number: int, line: str, marks: Sequence[Mark], frame: Frame
) -> Iterator[str]:
    """The line once, or, where it is too long for that, once around each mark."""
    shown = None
    source = cells(line)
    for mark in marks:
        part = view(source, *_stretch(mark.span, line), frame.room)
        if part.text != shown:
            yield frame.row(part.text, number)
            shown = part.text
        words = f"{mark.sign * part.length} {flat(mark.label)}".rstrip()
        yield frame.row(" " * part.start + paint(words, mark.color, frame.colored))


def _stretch(span: Span, line: str) -> tuple[int, int]:
    """The first character under a mark and the one behind the last; of several lines the first one counts."""
    first = min(max(span.start.column - 1, 0), len(line))
    end = len(line.rstrip()) if span.end.line > span.start.line else span.end.column - 1
    return first, min(max(end, first), len(line))


def view(line: Cells, first: int, last: int, room: int) -> View:
    """The part of a line around the characters from `first` to `last` that fits into `room` columns."""
    shown, offsets = line
    begin, end = 0, len(shown)
    if offsets[-1] > room:
        room -= 2 * len(ELLIPSIS)
        aside = max(room - (offsets[last] - offsets[first]), 0) // 2
        left = (
            0
            if offsets[last] <= room
            else min(offsets[first] - aside, offsets[-1] - room)
        )
        begin, end = bisect_left(offsets, left), bisect_right(offsets, left + room) - 1
    head, tail = ELLIPSIS if begin else "", ELLIPSIS if end < len(shown) else ""
    start = offsets[first] - offsets[begin] + len(head)
    length = max(offsets[min(last, end)] - offsets[first], 1)
    return View(head + "".join(shown[begin:end]) + tail, start, length)
