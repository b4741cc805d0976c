"""Standard output: the way out for what every command makes."""

from __future__ import annotations

import sys


def write_stdout(
    text: str, encoding: str = "utf-8", errors: str = "backslashreplace"
) -> None:
    """Write text at once, line ends as they are. Raises `OSError`, also where standard output was closed."""
    if sys.stdout is None:
        raise OSError("standard output is closed")
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(encoding, errors))
    sys.stdout.buffer.flush()


def print_to_terminal(text: str) -> None:
    """Write text for people, in the encoding of their terminal; what it does not have is written as an escape."""
    write_stdout(text, stdout_encoding())


def stdout_encoding() -> str:
    """The encoding of the terminal, or of whatever standard output is."""
    return (sys.stdout and sys.stdout.encoding) or "utf-8"
