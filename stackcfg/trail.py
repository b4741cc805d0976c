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
        """The place in the first text that an offset of the text of now comes from."""
        for edits in reversed(self.rounds):
            offset = _before(edits, offset)
        return LineIndex(self.first).position(offset)


def _before(edits: tuple[Edit, ...], offset: int) -> int:
    """Where an offset behind a round of edits was before it; inside of new text, where that was put."""
    shift = 0
    for edit in edits:
        length = sum(len(str(piece)) for piece in edit.pieces)
        if offset < edit.start + shift:
            break
        if offset < edit.start + shift + length:
            return edit.start
        shift += length - (edit.end - edit.start)
    return offset - shift
