"""Reads plain command lines without typer, whose import costs more than the work.

Only `migrate [--check|--diff|-w|--write] [--target RELEASE] FILE…` and
`validate [--target RELEASE] [--cache FOLDER] [FILE…]` are understood
here; every other command line goes to `app`, and so does one with a
mistake in it. A test holds that both ways do the same.
"""

from __future__ import annotations

MODES = {"--check": "check", "--diff": "diff", "-w": "write", "--write": "write"}
TARGET = "--target"
CACHE = "--cache"


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


def parse_plain_validate(
    arguments: list[str],
) -> tuple[list[str], str | None, str | None] | None:
    """Return the files, the target and the cache of a plain `validate`; else None."""
    words = _words_after("validate", arguments)
    if words is None:
        return None
    files, cache = _take_value(CACHE, words[0])
    if any(map(_is_option, files)) or _is_option(cache or ""):
        return None
    return files, words[1], cache


def _words_after(
    command: str, arguments: list[str]
) -> tuple[list[str], str | None] | None:
    """Return the words after a command, without its target, and the target.

    None for another command, and where the target is no release.
    """
    if arguments[:1] != [command]:
        return None
    words, target = _take_value(TARGET, arguments[1:])
    if target is not None and not _is_release(target):
        return None
    return words, target


def _take_value(option: str, words: list[str]) -> tuple[list[str], str | None]:
    """Return words without an option and the value behind it, and the value.

    An option without a value stays.
    """
    if option not in words[:-1]:
        return words, None
    place = words.index(option)
    return words[:place] + words[place + 2 :], words[place + 1]


def _is_release(word: str) -> bool:
    from stackcfg.releases.families import parse_target

    try:
        parse_target(word)
    except ValueError:
        return False
    return True


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"
