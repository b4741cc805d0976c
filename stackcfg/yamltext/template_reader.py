"""Reads the blocks of a template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.template_blocks import (
    Around,
    Block,
    BlockError,
    Blocks,
    Branch,
    Condition,
    Guard,
    Guards,
    Scope,
    speaks_of_item,
)
from stackcfg.yamltext.template_lines import (
    ELSE,
    EMITTED,
    END,
    OPEN,
    SILENT,
    TEXT,
    TemplateLine,
    comment_height,
    read_assignment,
    read_line,
)

_VARIABLE: Final = lazy_pattern(r"\$\w+")
_SPACES: Final = lazy_pattern(r"\s+")
_HEAD: Final = lazy_pattern(
    r"(?P<keyword>if|with|range)\s+(?P<names>\$\w+(?:\s*,\s*\$\w+)?\s*:=\s*)?(?P<asked>.*)"
)
_MUTATION: Final = lazy_pattern(r"\b(?:set|unset|merge\w*|must[MS]e\w+)\b")
"""Functions that change a mapping that other expressions read."""

_RANGE: Final = "range"
_IF: Final = "if"
_NOT: Final = lazy_pattern(r"not\s+(?P<asked>\([^()]*\)|[^\s()]+)")
_IN_BRACKETS: Final = lazy_pattern(r"\(([^()]*)\)")
_DOT: Final = "."
_END: Final = "end"


def read_blocks(lines: Sequence[str], start: int, end: int) -> Blocks:
    """Return the blocks among the lines of a template.

    The lines end before an `end` that is of a block around them. Raises
    `BlockError`.
    """
    return _Reader(lines, start, end).read()


def _assigned_names(bodies: Sequence[str]) -> set[str]:
    found = filter(None, map(read_assignment, bodies))
    return {name for each in found for name in each.names}


def _constant_values(bodies: Sequence[str]) -> dict[str, str]:
    """Return the values of variables that get one outside of all blocks."""
    found = list(filter(None, map(read_assignment, bodies)))
    counts = Counter(name for each in found for name in each.names)
    depth = 0
    values: dict[str, str] = {}
    for body in bodies:
        depth += bool(_HEAD.match(body)) - (body == _END)
        each = read_assignment(body)
        if each is not None and not depth and counts[each.names[0]] == 1:
            values[each.names[0]] = f"({each.value})"
    return values


def _simplify(expression: str) -> str:
    """Return an expression without spaces and brackets that mean nothing."""
    expression = _SPACES.sub(" ", expression.strip())
    brackets = _IN_BRACKETS.fullmatch(expression)
    if brackets is None:
        return expression
    return brackets[1].strip()


def _put_value(expression: str, name: str, value: str) -> str:
    """Return an expression with the value of a variable in place of its name."""
    parts = re.split(re.escape(name) + r"\b", expression)
    return value.join(parts)


class _Open(NamedTuple):
    """A block that is not closed yet: its branches, and what is around it."""

    branches: list[Branch]
    around: Guards
    scope: Scope


class _Reader:
    """Reads lines one after the other."""

    def __init__(self, lines: Sequence[str], start: int, end: int) -> None:
        self._lines = lines
        self._start, self._end = start, end
        self._items: list[int | Block] = []
        self._open: list[_Open] = []
        self._guards: Guards = ()
        self._scope: Scope = ()
        self._found: dict[int, Guards] = {}
        self._kinds: dict[int, str] = {}
        self._scopes: dict[int, Scope] = {}
        self._heads: dict[int, tuple[int, ...]] = {}
        self._repeated: set[Condition] = set()
        self._seen: Counter[str] = Counter()
        bodies = [read_line(line).body for line in lines[start:end]]
        self._is_mutated = any(map(_MUTATION.search, bodies))
        self._values = _constant_values(bodies)
        self._changing = _assigned_names(bodies) - self._values.keys()

    def read(self) -> Blocks:
        """Return the blocks of all lines. Raises `BlockError`."""
        number = self._start
        while number < self._end:
            height = comment_height(self._lines, number)
            for below in range(number, number + height):
                self._read_line(below, TemplateLine(SILENT))
            number += height
            if height:
                continue
            line = read_line(self._lines[number])
            if line.body == _END and not self._open:
                break
            self._read_line(number, line)
            number += 1
        if self._open:
            raise BlockError(self._open[-1].branches[0].head)
        return Blocks(
            self._lines,
            self._start,
            number,
            self._items,
            self._found,
            self._kinds,
            self._scopes,
            self._heads,
            frozenset(self._repeated),
        )

    def _read_line(self, number: int, line: TemplateLine) -> None:
        self._kinds[number] = line.kind
        if line.kind == TEXT and self._has_changing(number):
            raise BlockError(number)
        if line.kind in (TEXT, SILENT, EMITTED):
            self._current().append(number)
        elif line.kind == OPEN:
            self._open_block(number, line.body)
        elif line.kind == ELSE and self._open:
            self._open_branch(number, line.body)
        elif line.kind == END:
            self._close_block(number)
        else:
            raise BlockError(number)
        self._found[number] = self._guards
        self._scopes[number] = self._scope
        self._heads[number] = tuple(each.branches[-1].head for each in self._open)

    def _has_changing(self, number: int) -> bool:
        """Return whether a line has a variable that has more than one value."""
        names = _VARIABLE.findall(self._lines[number])
        return not self._changing.isdisjoint(names)

    def _current(self) -> list[int | Block]:
        if not self._open:
            return self._items
        return self._open[-1].branches[-1].items

    def _open_block(self, number: int, body: str) -> None:
        self._open.append(_Open([], self._guards, self._scope))
        self._add_branch(number, body)

    def _open_branch(self, number: int, body: str) -> None:
        block = self._open[-1]
        if block.branches[-1].condition is None:
            raise BlockError(number)
        last = self._guards[-1]
        others = last._replace(holds=not last.holds)
        self._guards = (*self._guards[:-1], others)
        self._scope = block.scope
        self._add_branch(number, body)

    def _add_branch(self, number: int, body: str) -> None:
        branches = self._open[-1].branches
        head = _HEAD.fullmatch(body)
        if head is None:
            branches.append(Branch(number, None, []))
            return
        keyword, asked = head["keyword"], _simplify(head["asked"])
        repeats = keyword == _RANGE
        negated = _NOT.fullmatch(asked)
        holds = keyword != _IF or negated is None
        if negated is not None and not holds:
            asked = _simplify(negated["asked"])
        condition = self._condition_of(asked)
        branches.append(Branch(number, condition, [], repeats, holds))
        self._guards = (*self._guards, Guard(condition, holds))
        if repeats:
            self._repeated.add(condition)
        if keyword != _IF:
            around = Around(condition, head["names"] is not None, repeats)
            self._scope = (*self._scope, around)

    def _close_block(self, number: int) -> None:
        block = self._open.pop()
        self._guards, self._scope = block.around, block.scope
        self._current().append(Block(block.branches, number))

    def _condition_of(self, asked: str) -> Condition:
        expression = asked
        for name, value in self._values.items():
            expression = _simplify(_put_value(expression, name, value))
        scope = tuple(each.condition for each in self._scope)
        if not scope or not speaks_of_item(expression):
            scope, expression = (), expression.replace("$.", ".")
        if expression == _DOT and scope and not self._scope[-1].repeats:
            # what the `with` around it asks
            return scope[-1]
        occurrence = 0
        names = _VARIABLE.findall(expression)
        if self._is_mutated or not self._changing.isdisjoint(names):
            self._seen[expression] += 1
            occurrence = self._seen[expression]
        return Condition(expression, scope, occurrence)
