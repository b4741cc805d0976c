"""Reads plain command lines without typer, whose import costs more than the work.

Only `migrate [--check|--diff|-w|--write] FILE…` and `validate [FILE…]` are
understood here; every other command line goes to `app`. A test holds that both
ways do the same.
"""

from __future__ import annotations

MODES = {"--check": "check", "--diff": "diff", "-w": "write", "--write": "write"}


def parse_plain_migrate(arguments: list[str]) -> tuple[str, list[str]] | None:
    """Return the mode and the files of a plain `migrate`; else None."""
    if arguments[:1] != ["migrate"]:
        return None
    mode = "stdout"
    files: list[str] = []
    for word in arguments[1:]:
        if word in MODES and mode == "stdout":
            mode = MODES[word]
        elif _is_option(word):
            return None
        else:
            files.append(word)
    if not files:
        return None
    return mode, files


def parse_plain_validate(arguments: list[str]) -> list[str] | None:
    """Return the files of a plain `validate`; else None."""
    if arguments[:1] != ["validate"] or any(map(_is_option, arguments)):
        return None
    return arguments[1:]


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"
