"""What the output stream is: a terminal or not, how wide, colored or not. One that is closed is None to Python."""

from __future__ import annotations

import os
from typing import Final, TextIO

FALLBACK: Final = 80
"""Columns of a terminal that does not say how many it has."""


def is_tty(stream: TextIO | None) -> bool:
    """Whether somebody looks at a stream."""
    return stream is not None and stream.isatty()


def wants_color(stream: TextIO | None, asked: bool | None = None) -> bool:
    """Whether to color: as asked, else `NO_COLOR` beats `FORCE_COLOR`, which beats what the stream is."""
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_tty(stream) and os.environ.get("TERM") != "dumb"


def terminal_width(stream: TextIO | None) -> int:
    """The columns of the terminal behind a stream; 0 when it is none."""
    if stream is None or not is_tty(stream):
        return 0
    asked = os.environ.get("COLUMNS", "")
    try:
        return (
            int(asked)
            if asked.isdigit() and int(asked)
            else os.get_terminal_size(stream.fileno()).columns
        )
    except OSError:
        return FALLBACK
