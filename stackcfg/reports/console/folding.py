"""Text in lines that fit into a terminal, broken at words."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.reports.console.characters import columns

SEPARATORS: Final = frozenset("/:-_.")
"""Behind these a word that is too long for a line, as a path, is cut."""


def fold(text: str, room: int, indent: str = "") -> list[str]:
    """Return text in lines of at most `room` columns, the further ones
    indented.
    """
    first, *words = text.split(" ")
    *lines, line = _cut_word(first, room, indent)
    for word in words:
        if columns(line) + 1 + columns(word) <= room:
            line += f" {word}"
        # Of several spaces none begins a line.
        elif word:
            *pieces, rest = _cut_word(indent + word, room, indent)
            if line.strip():
                lines.append(line)
            lines += pieces
            line = rest
    return [each.rstrip() for each in (*lines, line)]


def _cut_word(word: str, room: int, indent: str) -> Iterator[str]:
    """Yield a word in pieces, cut behind separators where that is possible."""
    begin = cut = 0
    prefix = ""
    width = 0
    for index, character in enumerate(word):
        needed = columns(character)
        if width + needed > room and index > begin:
            end = index
            # A cut in the first half would leave the line nearly empty.
            if columns(word[begin:cut]) * 2 > room:
                end = cut
            yield prefix + word[begin:end]
            begin, prefix = end, indent
            width = columns(indent + word[begin:index])
        width += needed
        if character in SEPARATORS:
            cut = index + 1
    yield prefix + word[begin:]
