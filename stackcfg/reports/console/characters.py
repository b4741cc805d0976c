"""Characters as people see them: none steers the terminal or hides, and each has its number of columns."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Final, NamedTuple
from unicodedata import category, east_asian_width

TAB: Final = "    "
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS: Final = "\u200c\u200d"
_LINE_BREAKS: Final = re.compile(r"\s*[\r\n]+\s*")
_NOT_PLAIN: Final = re.compile(r"[^\n -~]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class Cells(NamedTuple):
    """A line as it is shown: a text for each character, and the column at which each begins, the end included."""

    shown: tuple[str, ...]
    offsets: tuple[int, ...]


def visible(text: str) -> str:
    """The text with everything that steers a terminal, hides, or is no character at all as an escape."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def flat(text: str) -> str:
    """The text on one line."""
    return visible(_LINE_BREAKS.sub(" ", text.strip()))


def encodable(text: str) -> str:
    """A JSON text without the halves of characters that stand for undecodable bytes of file names.

    What steers a terminal or hides is there as the escape that JSON has for it.
    """
    return _NOT_PLAIN.sub(_in_json, _SURROGATES.sub("\ufffd", text))


def _in_json(found: re.Match[str]) -> str:
    character = found[0]
    return (
        character if _escaped(character) == character else json.dumps(character)[1:-1]
    )


def cells(line: str) -> Cells:
    """How a source line is shown; its line end is not part of it."""
    shown = tuple(
        TAB if character == "\t" else _escaped(character)
        for character in line.rstrip("\r\n")
    )
    return Cells(shown, tuple(accumulate(map(columns, shown), initial=0)))


def columns(shown: str) -> int:
    """How many columns of a terminal a text takes that `visible` has gone over."""
    return len(shown) if shown.isascii() else sum(map(_columns, shown))


def _columns(character: str) -> int:
    if (
        category(character) in ("Mn", "Me")
        or character in _JOINERS
        or "\u1160" <= character <= "\u11ff"
    ):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1


def _escaped(character: str) -> str:
    """The character, or its escape. Emoji are made with joiners, which stay."""
    if character.isprintable() or character in _JOINERS:
        return character
    # the last two of each plane will never be characters, and XML refuses them
    if category(character) in _HIDDEN or ord(character) & 0xFFFE == 0xFFFE:
        return character.encode("unicode_escape").decode()
    return character
