"""Errors in a settings file, and the line that each names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from stackcfg.system.files import FileError, read_bytes

PYPROJECT = "pyproject.toml"
"""A file that holds the settings of other tools, too."""

_PROVIDERS = r"\s*\[\[\s*(?:tool\s*\.\s*stackcfg\s*\.\s*)?providers\s*\]\]"
_LINE_AND_COLUMN = r"line (\d+), column (\d+)"


class SettingsError(FileError):
    """A settings file that makes no sense.

    `word` is what is wrong: the error names the first line of the
    settings with it. `table` is the number of the table `[[providers]]`
    to look in, from 1.
    """

    def __init__(
        self,
        path: str,
        message: str,
        word: str = "",
        table: int = 0,
        position: tuple[int, int] = (0, 0),
    ) -> None:
        if word or table:
            position = _line_of(path, word, table), 0
        super().__init__(path, message, position)


def syntax_error(path: str, text: str, message: str) -> SettingsError:
    """Return the error of a text that is no TOML, with what `tomllib` says of it."""
    problem, _, place = message.partition(" (at ")
    found = re.match(_LINE_AND_COLUMN, place)
    if found is None:
        # it is at the end
        last = text.rstrip("\n").count("\n") + 1
        position = last, 0
    else:
        position = int(found[1]), int(found[2])
    return SettingsError(path, f"not valid TOML: {problem}", position=position)


def _line_of(path: str, word: str, table: int) -> int:
    """Return the number of the line that an error is about; 0 if none is."""
    lines = list(_lines_of_settings(path))
    if table:
        return _line_in_table(lines, word, table)
    return _first_with(lines, word)


def _line_in_table(lines: list[tuple[int, str]], word: str, table: int) -> int:
    """Return the number of a line in a table of providers; if no word
    is given, or where it is not in the table, the number of its
    heading.
    """
    headings = [
        index for index, (_, line) in enumerate(lines) if re.match(_PROVIDERS, line)
    ]
    if len(headings) < table:
        # the tables are in a list on one line
        return _first_with(lines, "providers")
    start, *following = [*headings[table - 1 :], len(lines)]
    inside = lines[start + 1 : following[0]]
    return _first_with(inside, word) or lines[start][0]


def _first_with(lines: Iterable[tuple[int, str]], word: str) -> int:
    """Return the number of the first line with a word outside of comments; or 0."""
    whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    for number, line in lines:
        if word and whole.search(line.partition("#")[0]):
            return number
    return 0


def _lines_of_settings(path: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of our settings with their numbers, from 1."""
    is_ours = os.path.basename(path) != PYPROJECT
    text = read_bytes(path).decode("utf-8-sig")
    for number, line in enumerate(text.split("\n"), 1):
        # tables of other tools come before ours and may hold the same word
        is_ours = is_ours or "stackcfg" in line
        if is_ours:
            yield number, line
