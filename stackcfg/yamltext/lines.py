"""Positions in a text: 1-based lines and columns from 0-based offsets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from stackcfg.light_typing import NamedTuple
from stackcfg.patterns import lazy_pattern

_LINE_BREAK = lazy_pattern(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A place in a text: 1-based line and column, in characters."""

    line: int
    column: int


def indent_of(line: str) -> int:
    """Return how many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def content_position(lines: Sequence[str], number: int) -> Position:
    """Return where the content of a line begins; the first line has the number 0."""
    line = lines[number]
    return Position(number + 1, len(line) - len(line.lstrip()) + 1)


class LineIndex:
    """The lines of a text, which are searched on the first question."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line."""
        if "\r" in self._text:
            breaks = _LINE_BREAK.finditer(self._text)
            return [0, *(match.end() for match in breaks)]
        # most texts have line feeds only, which are found twice as fast
        *ended, _ = self._text.split("\n")
        return list(accumulate((len(line) + 1 for line in ended), initial=0))

    def position(self, offset: int) -> Position:
        """Return the line and column of a character offset."""
        starts = self.starts
        line = bisect_right(starts, offset)
        return Position(line, offset - starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Return the character offset of a line and column."""
        return self.starts[position.line - 1] + position.column - 1

    def start_of(self, offset: int) -> int:
        """Return the offset at which the line of `offset` begins."""
        starts = self.starts
        return starts[bisect_right(starts, offset) - 1]

    def indent_at(self, offset: int) -> int:
        """Return the number of spaces that the line of an offset begins with."""
        return indent_of(self._text[self.start_of(offset) : offset])

    def after(self, offset: int) -> int:
        """Return the offset behind the line of `offset`, with its line end."""
        starts = self.starts
        index = bisect_right(starts, offset)
        return starts[index] if index < len(starts) else len(self._text)
