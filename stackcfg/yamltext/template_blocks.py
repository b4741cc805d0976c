"""The blocks of a template, and the lines that it writes for given answers.

A block is an `if`, `with` or `range` whose actions are alone on their
lines. What it asks is a condition; conditions that ask the same have
one answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.template_lines import EMITTED, TEXT

_EXPRESSION: Final = lazy_pattern(r"\{\{(?P<body>[^{}]*)\}\}")
_MARK: Final = lazy_pattern(r"~[\d.]+~(?=\}\})")
_ITEM_MARK: Final = lazy_pattern(r"(?<=\d)(?:\.\d+)+~(?=\}\})")
_CONSTANT: Final = lazy_pattern(r"\$\.[\w.]+|\"[^\"]*\"")
_OF_DOT: Final = lazy_pattern(r"(?<![\w$)])\.")
_OF_ITEM: Final = lazy_pattern(r"\$\w|(?<![\w$)])\.")


class BlockError(Exception):
    """A line whose effect on other lines is not known."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Condition(NamedTuple):
    """An expression that decides about lines, and the `range` and
    `with` blocks that it is in.

    `occurrence` tells conditions apart that ask for a changing
    variable.
    """

    expression: str
    scope: tuple[Condition, ...] = ()
    occurrence: int = 0


class OfOthers(NamedTuple):
    """A condition for the items of a `range` after the first one."""

    condition: Condition


Answers = Mapping[Condition | OfOthers, int]
"""For each condition 0 if it does not hold, else 1 or a number of items."""


class Around(NamedTuple):
    """A `range` or `with` block around a line.

    `names_item`: it gives what it asks for the name of a variable.
    `repeats`: it writes the line for each item.
    """

    condition: Condition
    names_item: bool
    repeats: bool


Scope = tuple[Around, ...]
"""The `range` and `with` blocks around a line."""


class Guard(NamedTuple):
    """A condition, and whether it must hold."""

    condition: Condition
    holds: bool


Guards = tuple[Guard, ...]


class Branch(NamedTuple):
    """A part of a block: its first line, what it asks, and the lines in it.

    `repeats`: the lines are written for each item. `holds` is false if
    they are written where the condition does not hold.
    """

    head: int
    condition: Condition | None
    items: list[int | Block]
    repeats: bool = False
    holds: bool = True

    def times(self, answers: Answers, item: str) -> int:
        """Return how often the lines are written."""
        if self.condition is None:
            return 1
        answer = answers[self.condition]
        if item:
            answer = answers.get(OfOthers(self.condition), answer)
        if self.holds:
            return answer
        return int(not answer)


class Block(NamedTuple):
    """A block of a template, and the number of its last line."""

    branches: list[Branch]
    end: int


class Written(NamedTuple):
    """A line that a template writes: its number, and its text."""

    number: int
    text: str


class Blocks(NamedTuple):
    """The blocks among some lines of a template.

    `items` are numbers of lines, and blocks. `guards` has for each line
    what must hold for a line behind it to be written, `heads` the first
    lines of the branches that it is in. Lines of `emitted` are actions
    that write lines of their own.
    """

    lines: Sequence[str]
    start: int
    end: int
    items: list[int | Block]
    guards: dict[int, Guards]
    kinds: dict[int, str]
    scopes: dict[int, Scope]
    heads: dict[int, tuple[int, ...]]
    repeated: frozenset[Condition]

    @property
    def conditions(self) -> list[Condition]:
        """Every condition once, in its order."""
        found = [guard.condition for each in self.guards.values() for guard in each]
        return list(dict.fromkeys(found))

    @property
    def first_lines(self) -> set[int]:
        """The first lines of all branches."""
        return {head for heads in self.heads.values() for head in heads}

    @property
    def texts(self) -> list[int]:
        """The lines of text."""
        return [number for number, kind in self.kinds.items() if kind == TEXT]

    @property
    def emitted(self) -> list[int]:
        """The lines of actions that write lines of their own."""
        return [number for number, kind in self.kinds.items() if kind == EMITTED]

    def is_written(self, number: int, answers: Answers) -> bool:
        """Return whether a line behind another one is written."""
        guards = self.guards.get(number, ())
        return all(bool(answers[each.condition]) == each.holds for each in guards)

    def block_of(self, number: int) -> int:
        """Return the first line of the block that a line of text is in."""
        heads = self.heads.get(number, ())
        if self.kinds.get(number) != TEXT or not heads:
            return number
        return heads[-1]

    def is_repeated(self, number: int) -> bool:
        """Return whether a line behind another one is written for each item."""
        return any(each.repeats for each in self.scopes.get(number, ()))

    def write(self, answers: Answers) -> list[Written]:
        """Return the lines of text that are written for some answers."""
        return list(self._write(self.items, answers, ""))

    def _write(
        self, items: list[int | Block], answers: Answers, item: str
    ) -> Iterator[Written]:
        for each in items:
            if isinstance(each, Block):
                yield from self._write_block(each, answers, item)
            elif self.kinds[each] == TEXT:
                line = self.lines[each]
                yield Written(each, _mark_scope(line, self.scopes[each], item))

    def _write_block(
        self, block: Block, answers: Answers, item: str
    ) -> Iterator[Written]:
        for branch in block.branches:
            count = branch.times(answers, item)
            if not count:
                continue
            yield from self._write(branch.items, answers, item)
            if not branch.repeats:
                return
            for number in range(2, count + 1):
                yield from self._write(branch.items, answers, f"{item}.{number}")
            return


def speaks_of_item(expression: str) -> bool:
    """Return whether an expression is about what a block around it asks."""
    return _OF_ITEM.search(_CONSTANT.sub("", expression)) is not None


def without_marks(line: str) -> str:
    """Return a line as the template has it."""
    return _MARK.sub("", line)


def without_items(line: str) -> str:
    """Return a line as the template writes it for the first item."""
    return _ITEM_MARK.sub("~", line)


def _mark_scope(line: str, scope: Scope, item: str) -> str:
    """Return a line with its expressions marked by the block whose item
    they speak of: elsewhere the same expression has another value.
    """
    if not scope:
        return line

    def mark(match: re.Match[str]) -> str:
        where = scope
        if not _OF_DOT.search(_CONSTANT.sub("", match["body"])):
            where = tuple(each for each in scope if each.names_item)
        if not where or not speaks_of_item(match["body"]):
            return match[0]
        name = crc32(repr([each.condition for each in where]).encode())
        return f"{{{{{match['body']}~{name}{item}~}}}}"

    return _EXPRESSION.sub(mark, line)
