"""Reads the plainest command lines without the command line library, whose import costs more than the work.

`migrate [--check|--diff|-w|--write] FILE…` and `validate [FILE…]` are understood here; everything else is left to
`cli`. A test holds that both ways lead to the same.
"""

from __future__ import annotations

from typing import Final

MODES: Final = {"--check": "check", "--diff": "diff", "-w": "write", "--write": "write"}


def parse_plain_migrate(arguments: list[str]) -> tuple[str, list[str]] | None:
    """The mode and the files of a plain `migrate`, or None when the full command line must be asked."""
    if arguments[:1] != ["migrate"]:
        return None
    mode = "stdout"
    files: list[str] = []
    for word in arguments[1:]:
        if word in MODES and mode == "stdout":
            mode = MODES[word]
        elif word.startswith("-") and word != "-":
            return None
        else:
            files.append(word)
    return (mode, files) if files else None


def parse_plain_validate(arguments: list[str]) -> list[str] | None:
    """The files of a plain `validate`, or None when the full command line must be asked."""
    if arguments[:1] != ["validate"] or any(
        word.startswith("-") and word != "-" for word in arguments
    ):
        return None
    return arguments[1:]
