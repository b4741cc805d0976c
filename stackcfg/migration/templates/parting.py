"""Parts a migrated template from the values of its chart that were joined to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.chart_values import (
    MARK,
    OPAQUE,
    Joined,
    WrittenValue,
    mark_of,
    shift_line,
)
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.template_blocks import BlockError
from stackcfg.yamltext.template_lines import TEXT, read_line
from stackcfg.yamltext.template_values import with_indent

_ITEM = "- "


class PartedValue(NamedTuple):
    """What became of a value: its lines, and the column that they begin in.

    `number` is the line of the new template that writes it.
    `is_removed`: no line does, since the target has no place for it;
    `is_moved`: or has it elsewhere, as the backend of a store is.
    """

    value: WrittenValue
    lines: list[str]
    indent: int
    number: int
    is_removed: bool = False
    is_moved: bool = False

    @property
    def old_lines(self) -> list[str]:
        """The lines before the migration, in the new column."""
        columns = self.indent - self.value.indent
        return [shift_line(line, columns) for line in self.value.lines]

    @property
    def is_changed(self) -> bool:
        """Whether the value is another one now."""
        return not self.is_removed and self.lines != self.old_lines

    def source_lines(self, old: Sequence[str]) -> list[str]:
        """Return the lines as the values of the chart have them; those
        that are the same are as the `old` ones.
        """
        assert self.value.place is not None
        columns = self.value.place.indent - self.indent
        lines = [shift_line(line, columns) for line in self.lines]
        matcher = SequenceMatcher(None, self.old_lines, self.lines, autojunk=False)
        for block in matcher.get_matching_blocks():
            first, second, size = block
            lines[second : second + size] = old[first : first + size]
        return lines


class Parted(NamedTuple):
    """A migrated template without its values, and what became of these."""

    lines: list[str]
    values: list[PartedValue]

    @property
    def changed(self) -> list[PartedValue]:
        """The values that are others now."""
        return [each for each in self.values if each.is_changed]

    def values_text(self, text: str) -> str:
        """Return the new text of the values of the chart, which was `text`.

        Raises `BlockError` if a value would become two different ones.
        """
        lines = text.split("\n")
        found: dict[int, list[str]] = {}
        ends: dict[int, int] = {}
        for each in self.values:
            place = each.value.place
            if place is None or each.is_removed:
                continue
            new = each.source_lines(lines[place.start : place.end])
            if found.setdefault(place.start, new) != new:
                raise BlockError(each.value.number)
            ends[place.start] = place.end
        for start in sorted(found, reverse=True):
            lines[start : ends[start]] = found[start]
        return "\n".join(lines)


def part_values(text: str, joined: Joined, template: Sequence[str]) -> Parted:
    """Return a migrated text as a template and values.

    Raises `BlockError` with the line of a value that has been taken
    apart.
    """
    return _Parting(text.split("\n"), joined, template).run()


class _Parting:
    def __init__(
        self, lines: Sequence[str], joined: Joined, template: Sequence[str]
    ) -> None:
        self._lines = lines
        self._joined = joined
        self._template = template
        self._old = frozenset(joined.lines)

    def run(self) -> Parted:
        found = [
            self._find(index, value) for index, value in enumerate(self._joined.values)
        ]
        spans = {span.start: (span, index) for index, span in enumerate(found)}
        lines: list[str] = []
        values: list[PartedValue] = []
        end = 0
        for start, (span, index) in sorted(spans.items()):
            value = self._joined.values[index]
            if start < end:
                raise BlockError(value.number)
            lines += self._without_marks(range(end, start))
            parted = self._read(span, value, len(lines))
            values.append(parted)
            lines += self._written(parted, span)
            end = span.stop
        lines += self._without_marks(range(end, len(self._lines)))
        for parted in values:
            _check_below(lines, parted)
        return Parted(lines, values)

    def _without_marks(self, numbers: range) -> Iterator[str]:
        for number in numbers:
            if MARK not in self._lines[number]:
                yield self._lines[number]

    def _written(self, parted: PartedValue, span: range) -> Iterator[str]:
        """Yield what the template has for a value: its action, or comments."""
        if not parted.is_removed:
            yield self._action(parted)
            return
        for line in self._without_marks(span):
            if OPAQUE not in line:
                yield line

    def _action(self, parted: PartedValue) -> str:
        """Return the line that writes a value."""
        line = self._template[parted.value.number]
        columns = parted.indent - parted.value.indent
        if not columns:
            return line
        return with_indent(shift_line(line, columns), parted.indent)

    def _find(self, index: int, value: WrittenValue) -> range:
        """Return the lines of a value, with the new ones around its marks."""
        begin = self._mark(mark_of(index, "begins"), value)
        end = self._mark(mark_of(index, "ends"), value)
        inner = range(begin + 1, end)
        form = self._form_of(inner)
        if form is None:
            return range(begin, end + 1)
        column, is_list = form
        for number in inner:
            if not self._is_in(number, column, is_list):
                # what is below was written behind the value
                return range(begin, number)
        while self._belongs(begin - 1, column, is_list):
            begin -= 1
        while self._belongs(end + 1, column, is_list):
            end += 1
        return range(begin, end + 1)

    def _mark(self, mark: str, value: WrittenValue) -> int:
        found = [number for number, line in enumerate(self._lines) if mark in line]
        if len(found) != 1:
            raise BlockError(value.number)
        return found[0]

    def _form_of(self, numbers: range) -> tuple[int, bool] | None:
        """Return the column of a value, and whether it is a list; None
        if nothing is left of it.
        """
        first = next(self._content(numbers), None)
        if first is None:
            return None
        return indent_of(first), first.lstrip().startswith(_ITEM)

    def _content(self, numbers: range) -> Iterator[str]:
        for number in numbers:
            line = self._lines[number]
            content = line.strip()
            if content and not content.startswith("#") and MARK not in line:
                yield line

    def _belongs(self, number: int, column: int, is_list: bool) -> bool:
        """Return whether a line is a new one of the value beside it."""
        if not 0 <= number < len(self._lines):
            return False
        line = self._lines[number]
        if line in self._old or not line.strip() or read_line(line).kind != TEXT:
            return False
        return self._is_in(number, column, is_list)

    def _is_in(self, number: int, column: int, is_list: bool) -> bool:
        """Return whether a line is one of a value in a column."""
        line = self._lines[number]
        if not line.strip():
            return True
        if is_list and not line.lstrip().startswith(_ITEM):
            return indent_of(line) > column
        return indent_of(line) >= column

    def _read(self, span: range, value: WrittenValue, number: int) -> PartedValue:
        lines = list(self._without_marks(span))
        if any("{{" in line and OPAQUE not in line for line in lines):
            raise BlockError(value.number)
        form = self._form_of(span)
        if form is None:
            return self._read_removed(lines, value, number)
        return PartedValue(value, lines, form[0], number)

    def _read_removed(
        self, lines: Sequence[str], value: WrittenValue, number: int
    ) -> PartedValue:
        """Return a value that is not written any more.

        Raises `BlockError` unless it has become a comment, or what the
        new lines have in its place is known.
        """
        is_moved = not any(line.lstrip().startswith("#") for line in lines)
        if is_moved and value.place is None:
            raise BlockError(value.number)
        return PartedValue(
            value, [], value.indent, number, is_removed=True, is_moved=is_moved
        )


def _check_below(lines: Sequence[str], parted: PartedValue) -> None:
    """Raise `BlockError` if what is behind a value would belong to its
    last key, whichever that is.
    """
    if parted.is_removed:
        return
    for line in lines[parted.number + 1 :]:
        is_text = read_line(line).kind == TEXT and line.strip()
        if is_text and not line.lstrip().startswith("#"):
            if indent_of(line) > parted.indent:
                raise BlockError(parted.value.number)
            return
