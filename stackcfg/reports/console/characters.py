"""Characters as people see them: none steers the terminal or hides."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from unicodedata import category, east_asian_width

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern

TAB: Final = "    "
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
_COMBINING: Final = ("Mn", "Me")
_WIDE: Final = ("W", "F")
_JOINERS: Final = "\u200c\u200d"
_SPACES: Final = lazy_pattern(r"\s++")
_NOT_PLAIN: Final = lazy_pattern(r"[^\n -~]")
_SURROGATES: Final = lazy_pattern("[\ud800-\udfff]")


class Cells(NamedTuple):
    """A line as it is shown, and the columns where its characters begin
    and it ends.
    """

    shown: tuple[str, ...]
    offsets: tuple[int, ...]


def visible(text: str) -> str:
    """Return text with escapes for all that steers a terminal or hides."""
    if text.isprintable():
        return text
    return "".join(map(_escape, text))


def flat(text: str) -> str:
    """Return text on one line, made visible."""
    return visible(_SPACES.sub(_on_one_line, text.strip()))


def _on_one_line(spaces: re.Match[str]) -> str:
    if "\n" in spaces[0] or "\r" in spaces[0]:
        return " "
    return spaces[0]


def encodable(text: str) -> str:
    """Return a JSON document that UTF-8 can encode, with nothing that
    steers a terminal.

    Lone surrogates, which are undecodable bytes of file names, become
    U+FFFD.
    """
    return _NOT_PLAIN.sub(_escape_in_json, _SURROGATES.sub("\ufffd", text))


def _escape_in_json(found: re.Match[str]) -> str:
    character = found[0]
    if _escape(character) == character:
        return character
    return json.dumps(character)[1:-1]


def cells(line: str) -> Cells:
    """Return how a source line is shown, without its line end."""
    shown = tuple(_show(character) for character in line.rstrip("\r\n"))
    return Cells(shown, tuple(accumulate(map(columns, shown), initial=0)))


def _show(character: str) -> str:
    if character == "\t":
        return TAB
    return _escape(character)


def columns(shown: str) -> int:
    """Return how many columns of a terminal visible text takes."""
    # Nearly all text is ASCII, and looking every character up is slow.
    if shown.isascii():
        return len(shown)
    return sum(map(_columns_of, shown))


def _columns_of(character: str) -> int:
    is_jamo_vowel_or_final = "\u1160" <= character <= "\u11ff"
    if is_jamo_vowel_or_final or character in _JOINERS:
        return 0
    if category(character) in _COMBINING:
        return 0
    if east_asian_width(character) in _WIDE:
        return 2
    return 1


def _escape(character: str) -> str:
    # Emoji are made with joiners, so these stay.
    if character.isprintable() or character in _JOINERS:
        return character
    # The last two of each plane are no characters; XML refuses them.
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE
    if is_noncharacter or category(character) in _HIDDEN:
        return character.encode("unicode_escape").decode()
    return character
