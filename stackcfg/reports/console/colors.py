"""The few colors of reports. Each reads well on light and dark terminals, and none says what words do not say."""

from __future__ import annotations

from typing import Final

ANSI: Final = {
    "error": "1;31",
    # bold yellow is unreadable on white; compilers write warnings in magenta as well
    "warning": "1;35",
    "info": "1",
    "strong": "1",
    "frame": "2",
    "added": "32",
    "removed": "31",
}


def paint(text: str, color: str, colored: bool) -> str:
    """The text in a color, where colors are wanted."""
    return f"\x1b[{ANSI[color]}m{text}\x1b[0m" if colored and text else text
