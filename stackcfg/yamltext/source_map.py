"""The source map of an edited text: where a place of the last text comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from stackcfg.light_typing import NamedTuple
from stackcfg.yamltext.edits import Edit, resolve_edits, splice_edits
from stackcfg.yamltext.lines import LineIndex, Position

NEIGHBOURS = (1, -1, 2, -2, 3)
"""How far from a rewritten line one is looked for that stayed as it was."""


class _Round:
    """The resolved edits of one round, and how far each one
    moves what follows.
    """

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._starts: list[int] = []
        self._shifts: list[int] = [0]
        shift = 0
        for edit in edits:
            self._starts.append(edit.start + shift)
            shift += len(edit.text) - (edit.end - edit.start)
            self._shifts.append(shift)

    def offset_before(self, offset: int) -> tuple[int, bool]:
        """Return where an offset was before the edits, and if it is in
        new lines.
        """
        number = bisect_right(self._starts, offset)
        if number:
            edit = self._edits[number - 1]
            if offset < self._starts[number - 1] + len(edit.text):
                # a value or key that was rewritten is where its edit is
                return edit.start, "\n" in edit.text
        return offset - self._shifts[number], False


class EditHistory(NamedTuple):
    """The first text, the rounds of edits, and the text after them."""

    first: str
    rounds: tuple[_Round, ...] = ()
    now: str | None = None

    @property
    def text(self) -> str:
        """The text after all rounds."""
        return self.first if self.now is None else self.now

    def after(self, edits: Iterable[Edit]) -> EditHistory:
        """Return the history with one more round; `ValueError` on overlaps."""
        resolved = resolve_edits(self.text, edits)
        now = splice_edits(self.text, resolved)
        return EditHistory(self.first, (*self.rounds, _Round(resolved)), now)


class SourceMap:
    """The source map of an edit history."""

    def __init__(self, history: EditHistory) -> None:
        self._rounds = history.rounds
        self._first = _lines_of(history.first)
        self._now = _Lines(history.text)

    def find_source(self, offset: int) -> Position:
        """Return the position in the first text of an offset of the last.

        Of added text it is the line with the same content, since blocks
        move as wholes, or the one that was rewritten; without such a
        line, the position of the edit.
        """
        source, was_added = offset, False
        for each in reversed(self._rounds):
            source, is_new = each.offset_before(source)
            was_added = was_added or is_new
        if was_added:
            moved = self._find_same_line(offset) or self._find_rewritten_line(offset)
            if moved is not None:
                return moved
        return self._find_content(source)

    def _find_content(self, offset: int) -> Position:
        """Return the position in the first text of an offset, or of the
        content of its line: an edit of whole lines begins before it.
        Behind the last line it is that of the last content.
        """
        number, column = self._first.position(offset)
        last = self._first.last_content
        if number > last:
            number, column = last, 1
        line = self._first.line(number)
        content = line.lstrip(" ")
        if column > len(line.rstrip()):
            # what is added behind a line is at its content
            column = 1
        if content.strip():
            column = max(column, len(line) - len(content) + 1)
        return Position(number, column)

    def _find_same_line(self, offset: int) -> Position | None:
        """Return the position in the equal line of the first text, or None."""
        number, column = self._now.position(offset)
        found = self._number_in_first(number)
        if found is None:
            return None
        line = self._now.line(number)
        content = line.strip()
        shift = self._first.line(found).index(content) - line.index(content)
        return Position(found, max(column + shift, 1))

    def _find_rewritten_line(self, offset: int) -> Position | None:
        """Return the position of a line of the first text that is gone,
        has the key or the value of the new one, and was as far from a
        line that is still there.
        """
        number, _ = self._now.position(offset)
        key, _, value = self._now.line(number).strip().partition(":")
        for distance in NEIGHBOURS:
            near = self._number_in_first(number + distance)
            if near is None or not 1 <= near - distance <= len(self._first.starts):
                continue
            line = self._first.line(near - distance)
            content = line.strip()
            old_key, _, old_value = content.partition(":")
            is_alike = key == old_key or value == old_value
            if content and is_alike and content not in self._now.numbers:
                return Position(near - distance, line.index(content) + 1)
        return None

    def _number_in_first(self, number: int) -> int | None:
        """Return the number that a line of the last text had in the
        first; None if that is not certain.
        """
        if not 1 <= number <= len(self._now.starts):
            return None
        content = self._now.line(number).strip()
        now = self._now.numbers.get(content, [])
        first = self._first.numbers.get(content, [])
        if not content or len(now) != len(first):
            return None
        return first[now.index(number)]


class _Lines(LineIndex):
    """The lines of a text, by number and by content."""

    def line(self, number: int) -> str:
        """Return the text of a line with its end."""
        start = self.starts[number - 1]
        return self._text[start : self.after(start)]

    @cached_property
    def last_content(self) -> int:
        """The number of the last line that is not empty; 1 if all are."""
        end = len(self._text.rstrip())
        return self.position(max(0, end - 1)).line

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """The numbers of the lines with each content,
        whatever its indentation.
        """
        found: dict[str, list[int]] = {}
        ends = [*self.starts[1:], len(self._text)]
        for number, span in enumerate(zip(self.starts, ends, strict=True), 1):
            content = self._text[slice(*span)].strip()
            found.setdefault(content, []).append(number)
        return found


# every hop with a note asks for the lines of the first text
@lru_cache(maxsize=1)
def _lines_of(text: str) -> _Lines:
    return _Lines(text)
