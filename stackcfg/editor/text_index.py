"""Places of a text as editors count them: lines from 0, columns in code units."""

from __future__ import annotations

from typing import Final, NamedTuple

from stackcfg.loading.configs import BOM
from stackcfg.validation.findings import Span
from stackcfg.yamltext.lines import LineIndex, Position

UTF8: Final = "utf-8"
UTF16: Final = "utf-16"
UTF32: Final = "utf-32"


class Place(NamedTuple):
    """A place in an editor: a line from 0, and a column in code units from 0."""

    line: int
    column: int


class Range(NamedTuple):
    """The places at which a part of a text begins and ends."""

    start: Place
    end: Place


class TextEdit(NamedTuple):
    """New text for a range."""

    range: Range
    text: str


class TextIndex:
    """Turns offsets of a text into places of an editor, and back.

    Offsets count characters of `body`, the text without a byte order
    mark.
    """

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.body = text.removeprefix(BOM)
        self._mark = len(text) - len(self.body)
        self._encoding = encoding
        self._lines = LineIndex(self.body)

    def offset(self, place: Place) -> int:
        """Return the offset of a place; the nearest one if the text has
        no such place.
        """
        starts = self._lines.starts
        if place.line >= len(starts):
            return len(self.body)
        start = starts[max(place.line, 0)]
        line = self._line_at(start)
        units = place.column
        if place.line == 0:
            units -= self._mark
        return start + self._characters(line, max(units, 0))

    def place(self, offset: int) -> Place:
        """Return the place of an offset."""
        offset = min(max(offset, 0), len(self.body))
        line, column = self._lines.position(offset)
        start = offset - column + 1
        units = self._units(self.body[start:offset])
        if line == 1:
            units += self._mark
        return Place(line - 1, units)

    def range(self, start: int, end: int) -> Range:
        """Return the range between two offsets."""
        return Range(self.place(start), self.place(end))

    def offset_of(self, position: Position) -> int:
        """Return the offset of a position of a finding."""
        starts = self._lines.starts
        line = min(max(position.line, 1), len(starts))
        offset = starts[line - 1] + max(position.column, 1) - 1
        return min(offset, len(self.body))

    def range_of(self, span: Span) -> Range:
        """Return the range of a finding's span."""
        return self.range(self.offset_of(span.start), self.offset_of(span.end))

    def whole(self) -> Range:
        """Return the range of the whole text, with its byte order mark."""
        return Range(Place(0, 0), self.place(len(self.body)))

    def _line_at(self, start: int) -> str:
        end = self._lines.after(start)
        return self.body[start:end].rstrip("\r\n")

    def _units(self, text: str) -> int:
        if self._encoding == UTF32:
            return len(text)
        if self._encoding == UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(char > "\uffff" for char in text)

    def _characters(self, line: str, units: int) -> int:
        """Return how many characters of a line some code units are."""
        if self._encoding == UTF32:
            return min(units, len(line))
        count = 0
        for char in line:
            units -= self._units(char)
            if units < 0:
                break
            count += 1
        return count


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends; the last one has none."""
    starts = LineIndex(text).starts
    ends = [*starts[1:], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]
