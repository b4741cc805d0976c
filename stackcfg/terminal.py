"""What the output stream is: a terminal or not, how wide, colored or not."""

from __future__ import annotations

import os
from typing import Final, TextIO

FALLBACK: Final = 80
"""Columns of a terminal that does not say how many it has."""


def colored(stream: TextIO, asked: bool | None = None) -> bool:
    """Whether to color: as asked, else `NO_COLOR` beats `FORCE_COLOR`, which beats what the stream is."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """The columns of the terminal behind a stream; 0 when it is none."""
    if not stream.isatty():
        return 0
    asked = os.environ.get("COLUMNS", "")
    try:
        return int(asked) if asked.isdigit() and int(asked) else os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return FALLBACK
