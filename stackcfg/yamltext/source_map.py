"""The source map of an edited text: where in the first text a place of the last one comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from stackcfg.yamltext.edits import Edit, resolve_edits, splice_edits
from stackcfg.yamltext.lines import LineIndex, Position


class EditHistory(NamedTuple):
    """The first text, the rounds of resolved edits made so far, and the text after them."""

    first: str
    rounds: tuple[tuple[Edit, ...], ...] = ()
    now: str | None = None

    @property
    def text(self) -> str:
        """The text after all rounds."""
        return self.first if self.now is None else self.now

    def after(self, edits: Iterable[Edit]) -> EditHistory:
        """Return the history with one more round; raise `ValueError` when two edits overlap."""
        resolved = tuple(resolve_edits(self.text, edits))
        now = splice_edits(self.text, resolved)
        return EditHistory(self.first, (*self.rounds, resolved), now)


class SourceMap:
    """The source map of an edit history."""

    def __init__(self, history: EditHistory) -> None:
        self._history = history
        self._first = LineIndex(history.first)
        self._now = LineIndex(history.text)

    def find_source(self, offset: int) -> Position:
        """Return the position in the first text that an offset of the last text comes from.

        For text that an edit added, it is the line with the same content, since blocks
        move as wholes; where there is no such line, the position of the edit.
        """
        source, was_added = offset, False
        for edits in reversed(self._history.rounds):
            source, is_new = _offset_before(edits, source)
            was_added = was_added or is_new
        if was_added:
            moved = self._find_same_line(offset)
            if moved is not None:
                return moved
        return self._first.position(source)

    def _find_same_line(self, offset: int) -> Position | None:
        """Return the position in the line of the first text that has the same content.

        None unless both texts have the same number of such lines.
        """
        number, column = self._now.position(offset)
        line = _line(self._history.text, self._now, number)
        content = line.strip()
        now = self._lines_now.get(content, [])
        first = self._lines_first.get(content, [])
        if not content or len(now) != len(first):
            return None
        found = first[now.index(number)]
        old_line = _line(self._history.first, self._first, found)
        shift = old_line.index(content) - line.index(content)
        return Position(found, max(column + shift, 1))

    @cached_property
    def _lines_now(self) -> Mapping[str, list[int]]:
        return _numbers_by_content(self._history.text, self._now)

    @cached_property
    def _lines_first(self) -> Mapping[str, list[int]]:
        return _numbers_by_content(self._history.first, self._first)


def _line(text: str, lines: LineIndex, number: int) -> str:
    start = lines.starts[number - 1]
    return text[start : lines.after(start)]


def _numbers_by_content(text: str, lines: LineIndex) -> dict[str, list[int]]:
    """Return the line numbers of each content, whatever its indentation."""
    found: dict[str, list[int]] = {}
    for number in range(1, len(lines.starts) + 1):
        content = _line(text, lines, number).strip()
        found.setdefault(content, []).append(number)
    return found


def _offset_before(edits: Iterable[Edit], offset: int) -> tuple[int, bool]:
    """Return where an offset was before a round of edits, and whether the round added its text.

    Of added text it is the start of the edit.
    """
    shift = 0
    for edit in edits:
        length = len(edit.text)
        if offset < edit.start + shift:
            break
        if offset < edit.start + shift + length:
            return edit.start, True
        shift += length - (edit.end - edit.start)
    return offset - shift, False
