"""Words of a command that are written as a JSON list, with their spans."""

from __future__ import annotations

import json

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern

_JSON_STRING: Final = lazy_pattern(r'"(?:[^"\\]|\\.)*"')


class WrittenWord(NamedTuple):
    """A word in a string, with the span of its quotes."""

    value: str
    start: int
    end: int


def read_json_words(text: str) -> list[WrittenWord] | None:
    """Return the words of a JSON list of strings; None if it is none."""
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, list):
        return None
    if not all(isinstance(value, str) for value in values):
        return None
    return [
        WrittenWord(json.loads(match[0]), match.start(), match.end())
        for match in _JSON_STRING.finditer(text)
    ]
