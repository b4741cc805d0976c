"""Where new lines of a template are written."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.chart_values import MARK, is_begin_mark
from stackcfg.migration.templates.new_lines import Choices, NewLine
from stackcfg.yamltext.lines import indent_of
from stackcfg.yamltext.template_blocks import Answers, BlockError, Blocks, Condition
from stackcfg.yamltext.template_lines import TEXT


class Group(NamedTuple):
    """New lines that are written at one place, for the same choices."""

    entries: list[NewLine]
    repeats: bool | None

    @property
    def texts(self) -> list[str]:
        """The lines."""
        return [entry.text for entry in self.entries]

    @property
    def choices(self) -> Choices:
        """The choices that the lines are written for."""
        return self.entries[0].choices

    @property
    def after(self) -> int:
        """The last line of the template that is before them."""
        return max(entry.after for entry in self.entries)

    @property
    def before(self) -> int:
        """The first line of the template that is behind them."""
        return min(entry.before for entry in self.entries)

    def fits(self, entry: NewLine, repeats: bool | None) -> bool:
        """Return whether one more line can be written here."""
        if (self.choices, self.repeats) != (entry.choices, repeats):
            return False
        return max(self.after, entry.after) < min(self.before, entry.before)

    def split(self) -> list[Group]:
        """Return the lines for choices for which they replace the same."""
        parts = zip(*(entry.split() for entry in self.entries), strict=False)
        return [Group(list(entries), self.repeats) for entries in parts]


def find_groups(
    entries: Iterable[NewLine], repeats: Mapping[str, bool]
) -> Iterator[Group]:
    """Yield lines that can be written at one place for the same choices."""
    group: Group | None = None
    for entry in entries:
        repeated = repeats.get(entry.text)
        if group is not None and group.fits(entry, repeated):
            group.entries.append(entry)
            continue
        if group is not None:
            yield group
        group = Group([entry], repeated)
    if group is not None:
        yield group


class Places:
    """Finds where new lines of a template are written."""

    def __init__(
        self, blocks: Blocks, choices: Sequence[Answers], kept: Container[int]
    ) -> None:
        self._blocks = blocks
        self._choices = choices
        self._kept = kept
        self._values = dict(_columns_of_values(blocks))
        self._least = blocks.start
        self._every = frozenset(range(len(choices)))

    def find_all(self, group: Group) -> list[tuple[int, list[str]]]:
        """Return one place for new lines, or one for each line that they replace.

        Raises `BlockError`.
        """
        try:
            return [self.find(group)]
        except BlockError:
            if not any(map(str.strip, group.texts)):
                # blank lines are no part of the data
                return []
            parts = sorted(group.split(), key=attrgetter("after"))
            if len(parts) < 2:
                raise
            return [self.find(part) for part in parts]

    def find(self, group: Group) -> tuple[int, list[str]]:
        """Return the line in front of which new lines are written for
        their choices and no others, and the lines.

        Where no block of the template is for these, the lines get one.
        Raises `BlockError`.
        """
        first = max(group.after + 1, self._least)
        places = range(first, group.before + 1)
        exact = [place for place in places if self._is_exact(place, group)]
        if first in exact and self._continues_value(group):
            exact = [first]
        if exact:
            self._least = min(exact, key=self._preference)
            return self._least, group.texts
        free = [place for place in places if not self._blocks.guards.get(place - 1, ())]
        actions = self._actions_for(group)
        if free and actions:
            self._least = free[0]
            return free[0], _with_blocks(actions, group.texts)
        raise BlockError(min(group.after + 1, group.before))

    def _continues_value(self, group: Group) -> bool:
        """Return whether new lines belong to the value of the chart
        that ends in front of them.
        """
        column = self._values.get(group.after)
        return column is not None and _column(group.texts) >= column

    def _is_exact(self, place: int, group: Group) -> bool:
        is_repeated = self._blocks.is_repeated(place - 1)
        if group.repeats not in (None, is_repeated):
            return False
        return self._choices_at(place) == group.choices

    def _preference(self, place: int) -> tuple[bool, int, int]:
        """Prefer the place of a line that is replaced, then that in the
        fewest blocks.
        """
        kinds = self._blocks.kinds
        is_replaced = kinds.get(place) == TEXT and place not in self._kept
        guards = self._blocks.guards.get(place - 1, ())
        return not is_replaced, len(guards), place

    def _choices_at(self, place: int) -> Choices:
        return frozenset(
            number
            for number, answers in enumerate(self._choices)
            if self._blocks.is_written(place - 1, answers)
        )

    def _actions_for(self, group: Group) -> list[str]:
        """Return the first lines of blocks that are for some choices."""
        for number in self._blocks.texts:
            if self._is_in_blocks_for(number, group):
                heads = self._blocks.heads[number]
                return [self._blocks.lines[head].strip() for head in heads]
        if group.repeats:
            return []
        for condition in self._blocks.conditions:
            asked = condition.expression
            holding = self._choices_for(condition)
            if holding == group.choices:
                return [f"{{{{- if {asked} }}}}"]
            others = self._every - holding
            if holding and others == group.choices:
                return [f"{{{{- if not ({asked}) }}}}"]
        return []

    def _is_in_blocks_for(self, number: int, group: Group) -> bool:
        """Return whether a line is in blocks, which are for the choices of others."""
        guards = self._blocks.guards[number]
        if not guards or not all(guard.holds for guard in guards):
            return False
        return self._is_exact(number + 1, group)

    def _choices_for(self, condition: Condition) -> Choices:
        """Return the choices in which a condition holds that can be
        asked for anywhere.
        """
        if condition.scope or condition.occurrence:
            return frozenset()
        numbered = enumerate(self._choices)
        return frozenset(number for number, answers in numbered if answers[condition])


def _columns_of_values(blocks: Blocks) -> Iterator[tuple[int, int]]:
    """Yield the lines of values of the chart, each with the column of its value."""
    column: int | None = None
    for number in range(blocks.start, blocks.end):
        line = blocks.lines[number]
        if is_begin_mark(line):
            column = indent_of(line)
        elif MARK in line:
            column = None
        elif column is not None:
            yield number, column


def _column(texts: Sequence[str]) -> int:
    """Return the column of the first line that has any."""
    return indent_of(next(filter(str.strip, texts), ""))


def _with_blocks(actions: list[str], texts: list[str]) -> list[str]:
    """Return lines in blocks, which are in the column and have the line
    end of the first one.
    """
    first = next(filter(str.strip, texts), "")
    pad = " " * _column(texts)
    content = first.rstrip("\r")
    line_end = first[len(content) :]
    heads = [f"{pad}{action}{line_end}" for action in actions]
    end = f"{pad}{{{{- end }}}}{line_end}"
    return [*heads, *texts, *[end] * len(heads)]
