"""Text in lines that fit into a terminal, broken at words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.reports.console.characters import columns

SEPARATORS: Final = frozenset("/:-_.")
"""Where a word that is too long for a line is cut, as paths and addresses are."""


def fold(text: str, room: int, indent: str = "") -> list[str]:
    """A text in lines of so many columns, broken at spaces where there are any; all but the first are indented."""
    first, *words = text.split(" ")
    *lines, line = _pieces(first, room, indent)
    for word in words:
        if columns(line) + 1 + columns(word) <= room:
            line += f" {word}"
            continue
        if not word:  # of several spaces none begins a line
            continue
        *whole, rest = _pieces(indent + word, room, indent)
        lines += [line, *whole] if line.strip() else whole
        line = rest
    return [each.rstrip() for each in (*lines, line)]


def _pieces(word: str, room: int, indent: str) -> Iterator[str]:
    """A word cut where it is too long: after a separator where there is one in the second half of a line."""
    begin, left = 0, ""
    width = cut = 0
    for index, character in enumerate(word):
        taken = columns(character)
        if width + taken > room and index > begin:
            end = cut if columns(word[begin:cut]) * 2 > room else index
            yield left + word[begin:end]
            begin, left = end, indent
            width = columns(indent + word[begin:index])
        width += taken
        if character in SEPARATORS:
            cut = index + 1
    yield left + word[begin:]
