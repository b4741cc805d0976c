"""Standard output, to which every command writes its product, and the
properties of an output stream: terminal or not, colored, how wide.

Python sets a stream to None if it was closed before the start.
"""

from __future__ import annotations

import os
import sys

from stackcfg.light_typing import TextIO

FALLBACK_WIDTH = 80
"""Columns of a terminal that does not say how many it has."""

NO_OUTPUT = "standard output is closed"


def is_tty(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal."""
    return stream is not None and stream.isatty()


def wants_color(stream: TextIO | None, asked: bool | None = None) -> bool:
    """Return whether to color the output.

    `asked` (the option) decides; without it `NO_COLOR`, then
    `FORCE_COLOR`, then whether the stream is a terminal.
    """
    if asked is not None:
        return asked
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_tty(stream) and os.environ.get("TERM") != "dumb"


def terminal_width(stream: TextIO | None) -> int:
    """Return the columns of the terminal behind a stream; 0 if it is no
    terminal.
    """
    if stream is None or not is_tty(stream):
        return 0
    asked = os.environ.get("COLUMNS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return FALLBACK_WIDTH


def write_stdout(
    text: str, encoding: str = "utf-8", errors: str = "backslashreplace"
) -> None:
    """Write text at once, with its line ends unchanged.

    Raises `OSError`, also where standard output is closed.
    """
    if sys.stdout is None:
        raise OSError(NO_OUTPUT)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(encoding, errors))
    sys.stdout.buffer.flush()


def print_to_terminal(text: str) -> None:
    """Write text in the encoding of the terminal,
    escaping characters it lacks.
    """
    write_stdout(text, stdout_encoding())


def stdout_encoding() -> str:
    """Return the encoding of standard output, UTF-8 where it names none."""
    return (sys.stdout and sys.stdout.encoding) or "utf-8"
