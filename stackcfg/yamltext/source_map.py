"""A text on its way through several rounds of edits, and where in the first one a place of the last one comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from stackcfg.yamltext.document import LineIndex, Position
from stackcfg.yamltext.edits import Edit, apply_edits, resolve_edits


class EditHistory(NamedTuple):
    """The text at the beginning, the rounds of resolved edits so far, and the text that they led to."""

    first: str
    rounds: tuple[tuple[Edit, ...], ...] = ()
    now: str | None = None

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self.first if self.now is None else self.now

    def after(self, edits: Iterable[Edit]) -> EditHistory:
        """The trail after one more round. Raises `ValueError` when two edits cut into each other."""
        edits = list(edits)
        return EditHistory(
            self.first,
            (*self.rounds, tuple(resolve_edits(self.text, edits))),
            apply_edits(self.text, edits),
        )


class SourceMap:
    """Where the places of a text come from; what it must know of the lines is found out once, when it is asked for."""

    def __init__(self, trail: EditHistory) -> None:
        self._trail = trail
        self._first = LineIndex(trail.first)
        self._now = LineIndex(trail.text)

    def of(self, offset: int) -> Position:
        """The place in the first text that an offset of the text of now comes from.

        In text that an edit put there it is the line of the same words, if there is one: blocks move as wholes.
        """
        place, is_new = offset, False
        for edits in reversed(self._trail.rounds):
            place, put_there = _before(edits, place)
            is_new = is_new or put_there
        return (self._same_line(offset) if is_new else None) or self._first.position(
            place
        )

    def _same_line(self, offset: int) -> Position | None:
        """The place in the line of the first text that has the same words, where it has as many such lines as now."""
        line, column = self._now.position(offset)
        text = _line(self._trail.text, self._now, line)
        words = text.strip()
        now, first = self._lines_of_now.get(words, []), self._first_lines.get(words, [])
        if not words or len(now) != len(first):
            return None
        found = first[now.index(line)]
        shift = _line(self._trail.first, self._first, found).index(words) - text.index(
            words
        )
        return Position(found, max(column + shift, 1))

    @cached_property
    def _lines_of_now(self) -> Mapping[str, list[int]]:
        return _by_words(self._trail.text, self._now)

    @cached_property
    def _first_lines(self) -> Mapping[str, list[int]]:
        return _by_words(self._trail.first, self._first)


def _line(text: str, lines: LineIndex, number: int) -> str:
    starts = lines.starts
    return text[
        starts[number - 1] : starts[number] if number < len(starts) else len(text)
    ]


def _by_words(text: str, lines: LineIndex) -> dict[str, list[int]]:
    """The numbers of the lines by what they say, whatever their indentation."""
    found: dict[str, list[int]] = {}
    for number in range(1, len(lines.starts) + 1):
        found.setdefault(_line(text, lines, number).strip(), []).append(number)
    return found


def _before(edits: tuple[Edit, ...], offset: int) -> tuple[int, bool]:
    """Where an offset behind a round of edits was before it, and whether it is in new text: then where that was put."""
    shift = 0
    for edit in edits:
        length = sum(len(str(piece)) for piece in edit.pieces)
        if offset < edit.start + shift:
            break
        if offset < edit.start + shift + length:
            return edit.start, True
        shift += length - (edit.end - edit.start)
    return offset - shift, False
