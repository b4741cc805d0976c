"""Standard output, to which every command writes its product."""

from __future__ import annotations

import sys


def write_stdout(
    text: str, encoding: str = "utf-8", errors: str = "backslashreplace"
) -> None:
    """Write text at once, with its line ends unchanged.

    Raises `OSError`, also where standard output is closed.
    """
    if sys.stdout is None:
        raise OSError("standard output is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(encoding, errors))
    sys.stdout.buffer.flush()


def print_to_terminal(text: str) -> None:
    """Write text in the encoding of the terminal, escaping characters it lacks."""
    write_stdout(text, stdout_encoding())


def stdout_encoding() -> str:
    """Return the encoding of standard output, UTF-8 where it names none."""
    return (sys.stdout and sys.stdout.encoding) or "utf-8"
