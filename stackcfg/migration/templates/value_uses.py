"""Finds what else in a chart reads a value that a migration changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.template_lines import ELSE, END, OPEN, TEXT, read_line
from stackcfg.yamltext.template_values import ValuePath

_USE: Final = lazy_pattern(
    r"(?:(?P<index>index)\s+)?\$?\.Values(?P<path>(?:\.\w+)*)(?:\s+\"(?P<key>[^\"]*)\")?"
)
_TRUTH: Final = lazy_pattern(
    r"(?P<keyword>if|with)\s+(?:(?:and|or|not)\s+)*[$.\w\s()]+"
)
_WITH: Final = "with"


def find_other_use(
    path: ValuePath, lines: Sequence[str], written: Sequence[int]
) -> int | None:
    """Return the first line that reads a value otherwise than a run config does.

    `written` are the lines of actions that write the value. Whether
    there is a value may be asked for.
    """
    for number, line in enumerate(lines):
        if "Values" not in line or number in written:
            continue
        if not any(_is_same(path, used) for used in _uses_in(line)):
            continue
        if not _asks_only(path, lines, number, written):
            return number
    return None


def _uses_in(line: str) -> Iterator[ValuePath]:
    for match in _USE.finditer(line):
        parts = tuple(filter(None, match["path"].split(".")))
        if match["index"] and match["key"]:
            parts = (*parts, match["key"])
        yield parts


def _is_same(path: ValuePath, used: ValuePath) -> bool:
    """Return whether one value is the other one, or a part of it."""
    length = min(len(path), len(used))
    return path[:length] == used[:length]


def _asks_only(
    path: ValuePath, lines: Sequence[str], number: int, written: Sequence[int]
) -> bool:
    """Return whether a line only asks if there is a value."""
    read = read_line(lines[number])
    if read.kind not in (OPEN, ELSE):
        return False
    asked = _TRUTH.fullmatch(read.body)
    if asked is None or any(len(used) > len(path) for used in _uses_in(read.body)):
        return False
    if asked["keyword"] != _WITH:
        return True
    return _writes_only(lines, number, written)


def _writes_only(lines: Sequence[str], head: int, written: Sequence[int]) -> bool:
    """Return whether a block writes a value, and nothing else of it."""
    for number in range(head + 1, len(lines)):
        read = read_line(lines[number])
        if read.kind == END:
            return True
        is_plain = read.kind == TEXT and "{{" not in lines[number]
        if not is_plain and number not in written:
            return False
    return False
