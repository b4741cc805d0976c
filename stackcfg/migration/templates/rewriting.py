"""Writes the lines of a migrated template."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.loading.chart_values import shift_line
from stackcfg.migration.templates.merge import Merge
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.template_blocks import Block, Blocks, without_marks
from stackcfg.yamltext.template_lines import TEXT


def write_template(blocks: Blocks, merged: Merge) -> list[str]:
    """Return the new lines of a template between its start and its end."""
    return [without_marks(line) for line in _Writer(blocks, merged).write()]


class _Writer:
    """Writes lines in their order; actions move with the lines that
    they are around.
    """

    def __init__(self, blocks: Blocks, merged: Merge) -> None:
        self._blocks = blocks
        self._merged = merged
        self._lines: list[str] = []

    def write(self) -> list[str]:
        """Return all new lines."""
        self._write_items(self._blocks.items)
        self._write_inserted(self._blocks.end)
        return self._lines

    def _write_items(self, items: list[int | Block]) -> None:
        shift = self._shift_of(items)
        for each in items:
            if isinstance(each, Block):
                self._write_block(each)
            elif self._blocks.kinds[each] == TEXT:
                self._write_inserted(each)
                if each in self._merged.kept:
                    self._lines.append(self._merged.kept[each])
            else:
                self._write_action(each, shift)

    def _write_block(self, block: Block) -> None:
        count = len(self._lines)
        shift = self._shift_of([block])
        for branch in block.branches:
            self._write_action(branch.head, shift)
            self._write_items(branch.items)
        self._write_action(block.end, shift)
        numbers = range(block.branches[0].head, block.end + 1)
        if self._is_emptied(numbers):
            # nothing is left for the block to decide about
            del self._lines[count:]
            self._write_inserted(block.branches[0].head)

    def _is_emptied(self, numbers: range) -> bool:
        """Return whether a block had lines, has none left, and gets no new ones."""
        kinds, merged = self._blocks.kinds, self._merged
        texts = [number for number in numbers if kinds[number] == TEXT]
        has_kept = any(number in merged.kept for number in texts)
        # what is in front of its first line is not in it
        has_new = any(number in merged.inserted for number in numbers[1:])
        return bool(texts) and not has_kept and not has_new

    def _write_action(self, number: int, shift: int) -> None:
        self._write_inserted(number)
        self._lines.append(shift_line(self._blocks.lines[number], shift))

    def _write_inserted(self, number: int) -> None:
        self._lines += self._merged.inserted.get(number, [])

    def _shift_of(self, items: list[int | Block]) -> int:
        """Return how many columns the first line moves that stays."""
        for number in _numbers_of(items):
            if number in self._merged.kept:
                old = self._blocks.lines[number]
                new = self._merged.kept[number]
                return indent_of(new) - indent_of(old)
        return 0


def _numbers_of(items: list[int | Block]) -> Iterator[int]:
    for each in items:
        if isinstance(each, Block):
            for branch in each.branches:
                yield from _numbers_of(branch.items)
        else:
            yield each
