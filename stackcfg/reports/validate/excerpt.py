"""Source lines with line numbers, and marks under the spans of a finding."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.reports.console.characters import cells, flat
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.validation.findings import Span

ELLIPSIS: Final = "..."
DEFAULT_WIDTH: Final = 160
LEAST_ROOM: Final = 20
NEAR: Final = 4
"""How many times the columns of a line are looked at on each side of a
mark, in characters: some of them, as accents, take no column.
"""


class Mark(NamedTuple):
    """A span to underline: with which sign, in which color, with which label."""

    span: Span
    sign: str
    color: str
    label: str = ""


class Frame(NamedTuple):
    """How an excerpt is drawn: digits of the gutter, all columns (0:
    the default).
    """

    digits: int
    width: int

    @property
    def room(self) -> int:
        """The columns that are left for source text."""
        width = self.width or DEFAULT_WIDTH
        return max(width - self.digits - 3, LEAST_ROOM)

    def row(
        self,
        text: str = "",
        number: int | None = None,
        sign: str = "|",
    ) -> str:
        """Return one row: the gutter with a line number or without, and text."""
        label = ""
        if number is not None:
            label = str(number)
        gutter = paint(f"{label:>{self.digits}} {sign}", "dim")
        if not text:
            return gutter
        return f"{gutter} {text}"


class View(NamedTuple):
    """The shown part of a line, and the start and length of its mark,
    in columns.
    """

    text: str
    start: int
    length: int


def excerpt(
    lines: Sequence[str],
    marks: Sequence[Mark],
    frame: Frame,
) -> Lines:
    """Yield all marked lines with their marks, and `...` for what is between."""
    previous = 0
    for number, marks_here in _by_line(marks).items():
        # A gap of one line is shown: `...` would take as much room.
        if previous and number == previous + 2:
            between = line_at(lines, previous + 1)
            yield frame.row(shorten(between, frame), previous + 1)
        elif previous and number > previous + 2:
            yield paint(ELLIPSIS, "dim")
        line = line_at(lines, number)
        yield from _marked_line(
            number,
            line,
            marks_here,
            frame,
        )
        previous = number


def _by_line(marks: Sequence[Mark]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    ordered = sorted(marks, key=lambda each: each.span.start)
    for mark in ordered:
        line = mark.span.start.line
        found.setdefault(line, []).append(mark)
    return found


def line_at(lines: Sequence[str], number: int) -> str:
    """Return a line by its number; an empty one behind the last."""
    if not 0 < number <= len(lines):
        return ""
    return lines[number - 1].rstrip("\r\n")


def shorten(line: str, frame: Frame) -> str:
    """Return a line as it is shown, cut at its end when it is too long."""
    return view(line, 0, 0, frame.room).text


def _marked_line(
    number: int,
    line: str,
    marks: Sequence[Mark],
    frame: Frame,
) -> Lines:
    """Yield the line once, or, where it is too long for that, once
    around each mark.
    """
    shown = None
    for mark in marks:
        first, last = _marked_characters(mark.span, line)
        part = view(line, first, last, frame.room)
        if part.text != shown:
            yield frame.row(part.text, number)
            shown = part.text
        underline = mark.sign * part.length
        label = flat(mark.label)
        words = f"{underline} {label}".rstrip()
        indent = " " * part.start
        painted = paint(words, mark.color)
        yield frame.row(indent + painted)


def _marked_characters(span: Span, line: str) -> tuple[int, int]:
    start, end = span
    length = len(line)
    first = max(start.column - 1, 0)
    first = min(first, length)
    last = end.column - 1
    if end.line > start.line:
        last = len(line.rstrip())
    last = max(last, first)
    return first, min(last, length)


def view(line: str, first: int, last: int, room: int) -> View:
    """Return what fits into `room` columns of a line around `first` to `last`."""
    # a line of a megabyte can have thousands of marks, and what is far from one
    # is not shown with it
    far = NEAR * room
    cut = max(0, first - far)
    near = line[cut : min(last, first + far) + far]
    shown, offsets = cells(near)
    first -= cut
    last = min(last - cut, len(near))
    begin, end = _characters_in_room(
        offsets,
        first,
        last,
        room,
    )
    text = "".join(shown[begin:end])
    start = offsets[first] - offsets[begin]
    length = offsets[min(last, end)] - offsets[first]
    if begin or cut:
        text = ELLIPSIS + text
        start += len(ELLIPSIS)
    if end < len(shown) or cut + len(near) < len(line):
        text += ELLIPSIS
    # An empty span is marked too, by one sign.
    return View(text, start, max(length, 1))


def _characters_in_room(
    offsets: Sequence[int], first: int, last: int, room: int
) -> tuple[int, int]:
    total = offsets[-1]
    if total <= room:
        return 0, len(offsets) - 1
    room -= 2 * len(ELLIPSIS)
    left = 0
    if offsets[last] > room:
        # The mark is centered, as far as the line's end allows.
        marked = offsets[last] - offsets[first]
        margin = max(room - marked, 0) // 2
        left = offsets[first] - margin
        left = min(left, total - room)
    begin = bisect_left(offsets, left)
    end = bisect_right(offsets, left + room)
    return begin, end - 1
