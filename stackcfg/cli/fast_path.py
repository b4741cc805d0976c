"""Reads plain command lines without typer, whose import costs more than the work.

Only `migrate [--check|--diff|-w|--write] [--target RELEASE] FILE…` and
`validate [--target RELEASE] [FILE…]` are understood here; every other command line
goes to `app`, and so does one with a mistake in it. A test holds that both ways do
the same.
"""

from __future__ import annotations

MODES = {"--check": "check", "--diff": "diff", "-w": "write", "--write": "write"}
TARGET = "--target"


def parse_plain_migrate(
    arguments: list[str],
) -> tuple[str, list[str], str | None] | None:
    """Return the mode, the files and the target of a plain `migrate`; else None."""
    words = _words_after("migrate", arguments)
    if words is None:
        return None
    rest, target = words
    mode = "stdout"
    files: list[str] = []
    for word in rest:
        if word in MODES and mode == "stdout":
            mode = MODES[word]
        elif _is_option(word):
            return None
        else:
            files.append(word)
    if not files:
        return None
    return mode, files, target


def parse_plain_validate(arguments: list[str]) -> tuple[list[str], str | None] | None:
    """Return the files and the target of a plain `validate`; else None."""
    words = _words_after("validate", arguments)
    if words is None or any(map(_is_option, words[0])):
        return None
    return words


def _words_after(
    command: str, arguments: list[str]
) -> tuple[list[str], str | None] | None:
    """Return the words after a command, without its target, and the target.

    None for another command, and where the target is no release.
    """
    if arguments[:1] != [command]:
        return None
    words = arguments[1:]
    if TARGET not in words:
        return words, None
    place = words.index(TARGET)
    target = "".join(words[place + 1 : place + 2])
    if not _is_release(target):
        return None
    return words[:place] + words[place + 2 :], target


def _is_release(word: str) -> bool:
    from stackcfg.releases.families import parse_target

    try:
        parse_target(word)
    except ValueError:
        return False
    return True


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"
