"""Where a cursor is in a text that need not be YAML yet: read from its lines.

A text that is being typed is broken most of the time. The keys above
the cursor are found by their indentation, in braces by the brackets of
the line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

from stackcfg.editor.text_index import lines_of
from stackcfg.paths import Path
from stackcfg.yamltext.lines import LineIndex

_LINE: Final = re.compile(
    r"""(?P<indent>[ ]*)(?P<dash>-[ ]+)?
        (?P<key>"[^"]*"|'[^']*'|[^\s\#:'"\[\]{},&*!|>%@-][^:\#]*?)[ ]*:
        (?:[ ]+(?P<value>.*)|$)""",
    re.VERBOSE,
)
_PREFIX: Final = re.compile(r"(?P<indent>[ ]*)(?P<dash>-[ ]+)?(?P<rest>.*)")
_TYPED: Final = re.compile(r"""["']?[\w.:+/$\-]*$""")
_PAIR: Final = re.compile(r"""\s*["']?(?P<key>[\w.\-]+)["']?\s*:\s*(?P<value>.*)""")


class Cursor(NamedTuple):
    """Where a cursor is in a run config.

    `path` leads to the mapping or list that it is in; an item of a list
    has the number 0. `key` is the key whose value is typed, empty where
    a key is typed. `word` is what is typed so far, and begins at the
    offset `start`. `data` are the keys and values around, as far as
    `path` leads; `here` is the mapping at its end.
    """

    path: Path
    key: str
    word: str
    start: int
    data: Any
    here: dict[str, Any]


class _Line(NamedTuple):
    """A line with a key. `indent` is that of its dash, if it has one."""

    indent: int
    key_indent: int
    dashed: bool
    key: str
    value: str


class _Level(NamedTuple):
    """A mapping around the cursor: where its keys are, what it has, and
    the steps that lead to it from the level above.
    """

    indent: int
    values: dict[str, Any]
    steps: tuple[str | int, ...]


def find_cursor(body: str, offset: int, root_keys: Collection[str]) -> Cursor | None:
    """Return where an offset is in a run config; None outside of one.

    `root_keys` are the keys that the top level of a run config can
    have.
    """
    starts = LineIndex(body).starts
    number = bisect_right(starts, offset) - 1
    prefix = body[starts[number] : offset]
    if _is_in_comment(prefix):
        return None
    match = _PREFIX.match(prefix)
    if match is None:
        return None
    typed = match["rest"]
    begun = _begin_line(match, typed)
    levels = _read_levels(lines_of(body), number, begun)
    steps, pieces = _read_braces(typed)
    if pieces is not None:
        *before, typed = pieces
        level = _Level(begun.key_indent, _pairs(before), steps)
        levels.insert(0, level)
    key, word = _split_typed(typed)
    return _make_cursor(levels, key, word, offset - len(word), root_keys)


def _is_in_comment(prefix: str) -> bool:
    """Return whether a comment begins in a line in front of the cursor."""
    return prefix.lstrip().startswith("#") or " #" in prefix


def _split_typed(text: str) -> tuple[str, str]:
    """Return the key of what is typed, empty for none, and the word behind it."""
    key, colon, value = text.partition(":")
    is_pair = colon and value[:1] in ("", " ")
    if not is_pair:
        return "", _typed(text)
    return key.strip().strip("\"'"), _typed(value)


def _typed(text: str) -> str:
    match = _TYPED.search(text)
    if match is None:
        return ""
    return match[0].lstrip("\"'")


def _read_braces(rest: str) -> tuple[tuple[str | int, ...], list[str] | None]:
    """Return the keys that lead into the open braces of a line, and the
    pairs in the last of them; None if no brace is open.
    """
    steps: list[str | int] = []
    stack: list[tuple[int, list[str]]] = []
    current = ""
    pieces: list[str] = []
    for char in rest:
        if char in "{[":
            stack.append((len(steps), pieces))
            steps += _steps_into(current, char)
            pieces, current = [], ""
        elif char in "}]" and stack:
            length, pieces = stack.pop()
            del steps[length:]
            current = ""
        elif char == ",":
            pieces.append(current)
            current = ""
        else:
            current += char
    if not stack:
        return (), None
    return tuple(steps), [*pieces, current]


def _steps_into(piece: str, bracket: str) -> Iterator[str | int]:
    pair = _PAIR.match(piece)
    if pair is not None:
        yield pair["key"]
    if bracket == "[":
        yield 0


def _pairs(pieces: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for piece in pieces:
        pair = _PAIR.match(piece)
        if pair is not None:
            found[pair["key"]] = _scalar(pair["value"])
    return found


def _scalar(text: str) -> str:
    text = text.partition(" #")[0].strip()
    return text.strip("\"'")


def _parse(line: str) -> _Line | None:
    match = _LINE.match(line.rstrip("\r\n"))
    if match is None:
        return None
    key = match["key"].strip("\"'")
    value = _scalar(match["value"] or "")
    return _begin_line(match, key, value)


def _begin_line(match: re.Match[str], key: str, value: str = "") -> _Line:
    """Return a line with the indent and the dash that a pattern has found."""
    indent = len(match["indent"])
    dash = match["dash"] or ""
    return _Line(
        indent=indent,
        key_indent=indent + len(dash),
        dashed=bool(dash),
        key=key,
        value=value,
    )


def _read_levels(lines: Sequence[str], number: int, begun: _Line) -> list[_Level]:
    """Return the mappings around a line, the innermost first.

    `begun` is the line in front of the cursor.
    """
    climb = _Climb(begun)
    for text in reversed(lines[:number]):
        line = _parse(text)
        if line is not None:
            climb.visit(line)
    climb.finish()
    _read_below(lines[number + 1 :], climb.levels)
    return climb.levels


class _Climb:
    """Walks up the lines above the cursor and collects the mappings around it."""

    def __init__(self, begun: _Line) -> None:
        self.levels: list[_Level] = []
        self._limit = begun.key_indent
        self._item: int | None = None
        """The indent of the dash that begins the item, once it is passed."""
        self._values: dict[str, Any] = {}
        self._begin_item(begun)

    def visit(self, line: _Line) -> None:
        """Take a line above the ones that were visited."""
        if self._item is not None:
            # the other items of the list are not around the cursor
            if line.key_indent <= self._item and not self._is_item(line):
                self._go_up(line, (line.key, 0))
        elif line.key_indent == self._limit:
            self._values.setdefault(line.key, line.value)
            self._begin_item(line)
        elif line.key_indent < self._limit:
            self._go_up(line, (line.key,))

    def _is_item(self, line: _Line) -> bool:
        return line.dashed and line.indent == self._item

    def _begin_item(self, line: _Line) -> None:
        if line.dashed:
            self._item = line.indent

    def _go_up(self, line: _Line, steps: tuple[str | int, ...]) -> None:
        self.levels.append(_Level(self._limit, self._values, steps))
        self._values = {line.key: line.value}
        self._limit = line.key_indent
        self._item = None
        self._begin_item(line)

    def finish(self) -> None:
        """Add the mapping at the top."""
        self.levels.append(_Level(self._limit, self._values, ()))


def _read_below(lines: Sequence[str], levels: Sequence[_Level]) -> None:
    """Add the keys below the cursor to the mappings around it."""
    waiting = list(levels)
    for text in lines:
        line = _parse(text)
        if line is None:
            continue
        while waiting and line.indent < waiting[0].indent:
            waiting.pop(0)
        if not waiting:
            return
        if line.key_indent == waiting[0].indent and not line.dashed:
            waiting[0].values.setdefault(line.key, line.value)


def _make_cursor(
    levels: Sequence[_Level],
    key: str,
    word: str,
    start: int,
    root_keys: Collection[str],
) -> Cursor | None:
    """Return the cursor in the run config that the innermost mappings are of."""
    number = _find_root(levels, root_keys)
    if number is None:
        return None
    root = levels[number]
    below = levels[:number]
    data, here = _nest(root.values, below)
    path: list[str | int] = []
    for level in reversed(below):
        path += level.steps
    return Cursor(
        path=tuple(path),
        key=key,
        word=word,
        start=start,
        data=data,
        here=here,
    )


def _find_root(levels: Sequence[_Level], root_keys: Collection[str]) -> int | None:
    """Return the number of the outermost mapping that is a run config.

    It has two keys of a run config. At the top of the file one key is
    enough, and a file with no other mapping around the cursor needs
    none.
    """
    top = len(levels) - 1
    for number in reversed(range(len(levels))):
        known = levels[number].values.keys() & set(root_keys)
        wanted = 2
        if number == top:
            wanted = 1
        if len(known) >= wanted or top == 0:
            return number
    return None


def _nest(root: dict[str, Any], below: Sequence[_Level]) -> tuple[Any, dict[str, Any]]:
    """Return the mappings around the cursor inside of each other, and the last."""
    data = dict(root)
    here = data
    for level in reversed(below):
        inner = dict(level.values)
        _put(here, level.steps, inner)
        here = inner
    return data, here


def _put(holder: Any, steps: Sequence[str | int], inner: dict[str, Any]) -> None:
    """Put a mapping into another one, at the end of some steps."""
    if not steps:
        return
    value: Any = inner
    first, *further = steps
    for step in reversed(further):
        if isinstance(step, int):
            value = [value]
        else:
            value = {step: value}
    holder[first] = value
