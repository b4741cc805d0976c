"""The new lines of a template: those that are one line for several choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.templates.alignment import Inserted
from stackcfg.yamltext.template_blocks import Answers, Blocks

Choices = frozenset[int]
"""Numbers of choices."""


class NewLine(NamedTuple):
    """A new line, with what it is for each of its choices."""

    text: str
    lines: dict[int, Inserted]

    @property
    def choices(self) -> Choices:
        """The choices that the line is written for."""
        return frozenset(self.lines)

    @property
    def after(self) -> int:
        """The last line of the template that is before it for some choice."""
        return max(line.after for line in self.lines.values())

    @property
    def before(self) -> int:
        """The first line of the template that is behind it for some choice."""
        return min(line.before for line in self.lines.values())

    def split(self) -> Iterator[NewLine]:
        """Yield the line for choices for which it replaces the same."""
        found: dict[int | None, dict[int, Inserted]] = {}
        for number, line in self.lines.items():
            found.setdefault(line.replaced, {})[number] = line
        for lines in found.values():
            yield NewLine(self.text, lines)


class NewLines(NamedTuple):
    """Adds the new lines of one more choice to those of others."""

    blocks: Blocks
    choices: Sequence[Answers]

    def add(
        self, entries: list[NewLine], inserted: Sequence[Inserted], number: int
    ) -> list[NewLine]:
        """Return all new lines, in their order."""
        merged: list[NewLine] = []
        next_known = next_added = 0
        for known, added in self._common(entries, inserted, number):
            merged += entries[next_known:known]
            merged += _lines_for_one(inserted[next_added:added], number)
            entry = entries[known]
            lines = {**entry.lines, number: inserted[added]}
            merged.append(NewLine(entry.text, lines))
            next_known = known + 1
            next_added = added + 1
        merged += entries[next_known:]
        merged += _lines_for_one(inserted[next_added:], number)
        return merged

    def _common(
        self, entries: Sequence[NewLine], inserted: Sequence[Inserted], number: int
    ) -> Iterator[tuple[int, int]]:
        """Yield the indexes of lines that are in both: a longest common sequence."""
        same = [
            [self._are_same(entry, line, number) for line in inserted]
            for entry in entries
        ]
        counts = _common_counts(same, len(inserted))
        known = added = 0
        while known < len(entries) and added < len(inserted):
            if same[known][added]:
                yield known, added
                known += 1
                added += 1
            elif counts[known + 1][added] >= counts[known][added + 1]:
                known += 1
            else:
                added += 1

    def _are_same(self, entry: NewLine, line: Inserted, number: int) -> bool:
        if entry.text != line.text:
            return False
        after = max(entry.after, line.after)
        before = min(entry.before, line.before)
        return after < before and self._replace_same(entry, line, number)

    def _replace_same(self, entry: NewLine, line: Inserted, number: int) -> bool:
        """Return whether two lines may replace the same old line.

        They may replace different ones, if one choice lacks one of
        these.
        """
        new = line.replaced
        if new is None:
            return True
        for other, known in entry.lines.items():
            old = known.replaced
            if old is None or old == new:
                return True
            if self._is_written(old, number) or self._is_written(new, other):
                return True
        return False

    def _is_written(self, line: int, number: int) -> bool:
        return self.blocks.is_written(line, self.choices[number])


def _lines_for_one(inserted: Sequence[Inserted], number: int) -> list[NewLine]:
    """Return new lines of one choice alone."""
    return [NewLine(line.text, {number: line}) for line in inserted]


def _common_counts(same: Sequence[Sequence[bool]], width: int) -> list[list[int]]:
    """Return how many lines are in both, of those from two indexes on."""
    counts = [[0] * (width + 1) for _ in range(len(same) + 1)]
    for known in reversed(range(len(same))):
        for added in reversed(range(width)):
            without_known = counts[known + 1][added]
            without_added = counts[known][added + 1]
            best = max(without_known, without_added)
            if same[known][added]:
                with_both = counts[known + 1][added + 1] + 1
                best = max(best, with_both)
            counts[known][added] = best
    return counts
