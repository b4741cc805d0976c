"""Which conditions of a template decide about the same section of a run config."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.template_blocks import Blocks, Condition, OfOthers

_ENTRY: Final = 2
"""Columns between a top-level key and the sections in it, as an API of providers."""


class Sections:
    """The sections of a run config, and the conditions that decide about each."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._sections: dict[Condition, set[int]] = {}
        for number, section in self._read():
            for guard in blocks.guards.get(number, ()):
                self._sections.setdefault(guard.condition, set()).add(section)

    def are_related(
        self, one: Condition | OfOthers, other: Condition | OfOthers
    ) -> bool:
        """Return whether two conditions decide about the same section."""
        first = self._of(one)
        second = self._of(other)
        return not first.isdisjoint(second)

    def _of(self, condition: Condition | OfOthers) -> set[int]:
        if isinstance(condition, OfOthers):
            condition = condition.condition
        return self._sections.get(condition, set())

    def _read(self) -> Iterator[tuple[int, int]]:
        """Yield each line of text with the first line of its section."""
        blocks = self._blocks
        numbers = [each for each in blocks.texts if blocks.lines[each].strip()]
        columns = {each: _column_of(blocks.lines[each]) for each in numbers}
        least = min(columns.values(), default=0)
        section = blocks.start
        for number in sorted(numbers):
            if columns[number] <= least + _ENTRY:
                section = number
            yield number, section


def _column_of(line: str) -> int:
    """Return the column of a line; an item of a list is in that of its key."""
    column = indent_of(line)
    if line.lstrip(" ").startswith("- "):
        column += _ENTRY
    return column
