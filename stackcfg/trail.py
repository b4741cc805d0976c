"""A text on its way through several rounds of edits, and where in the first one a place of the last one comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stackcfg.document import LineIndex, Position
from stackcfg.edits import Edit, apply, resolved


class Trail(NamedTuple):
    """The text at the beginning, the rounds of resolved edits so far, and the text that they led to."""

    first: str
    rounds: tuple[tuple[Edit, ...], ...] = ()
    now: str | None = None

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self.first if self.now is None else self.now

    def after(self, edits: Iterable[Edit]) -> Trail:
        """The trail after one more round. Raises `ValueError` when two edits cut into each other."""
        edits = list(edits)
        return Trail(self.first, (*self.rounds, tuple(resolved(self.text, edits))), apply(self.text, edits))

    def origin(self, offset: int) -> Position:
        """The place in the first text that an offset of the text of now comes from.

        In text that an edit put there it is the line of the same words, if there is one: blocks move as wholes.
        """
        place, is_new = offset, False
        for edits in reversed(self.rounds):
            place, put_there = _before(edits, place)
            is_new = is_new or put_there
        return (self._same_line(offset) if is_new else None) or LineIndex(self.first).position(place)

    def _same_line(self, offset: int) -> Position | None:
        """The place in the line of the first text that has the same words, and as many such lines before it."""
        start = self.text.rfind("\n", 0, offset) + 1
        line = self.text[start:].partition("\n")[0]
        words = line.strip()
        before = [each for each in self.text[:start].split("\n")[:-1] if each.strip() == words]
        there = [number for number, each in enumerate(self.first.split("\n")) if each.strip() == words]
        behind = self.text[start + len(line) :].split("\n")[1:]
        if not words or len(there) != len(before) + 1 + sum(each.strip() == words for each in behind):
            return None
        first = self.first.split("\n")[there[len(before)]]
        column = offset - start - line.index(words) + first.index(words) + 1
        return Position(there[len(before)] + 1, max(column, 1))


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
