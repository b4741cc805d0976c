"""The few colors of reports, which read well on light and dark terminals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern

ANSI: Final = {
    "error": "1;31",
    # Bold yellow is unreadable on white; compilers write warnings in magenta
    # too.
    "warning": "1;35",
    "info": "1",
    "strong": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
}
Lines = Iterator[str]
"""The lines of a report, painted."""

_CODE: Final = lazy_pattern(r"\x1b\[[0-9;]*m")


def paint(text: str, color: str) -> str:
    """Return text in a color; the color '' is none."""
    if not color or not text:
        return text
    return f"\x1b[{ANSI[color]}m{text}\x1b[0m"


def join_lines(lines: Iterable[str], colored: bool) -> str:
    """Return painted lines as text, with their colors only where these
    are wanted.
    """
    text = "".join(f"{line}\n" for line in lines)
    if colored:
        return text
    return _CODE.sub("", text)
