"""What the output stream is: a terminal or not, how wide, colored or not."""

from __future__ import annotations

import os
import shutil
from typing import TextIO


def colored(stream: TextIO) -> bool:
    """Whether to color: `NO_COLOR` beats `FORCE_COLOR`, which beats what the stream is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """The columns of the terminal behind a stream; 0 when it is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else 0
