"""Finds secrets in YAML that cannot be read, line by line.

Where it is not clear how far a secret value goes, all of it is hidden:
the rest of the line, and the lines below that are indented further.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.looks import find_lookalikes
from stackcfg.redaction.pairs import find_pairs, is_secret_pair
from stackcfg.redaction.values import find_secret_parts

Span = tuple[int, int]

_FIRST_KEY = lazy_pattern(
    r"(?P<indent>[ \t#]*+)(?:[-?][ \t]++)*(?![-?][ \t])[\"']?([\w.-]++)[\"']?[ \t]*+([:=])[ \t]*+"
)
"""The key that a line of a block mapping begins with."""

_OPENS_BLOCK = lazy_pattern(r"(?:[&!]\S++[ \t]*+)*(?:[|>][-+0-9]*+)?[ \t]*+(?:#.*)?\Z")
"""Nothing behind a key but an anchor, a tag, `|` or a comment."""

_IS_ITEM = lazy_pattern(r"[ \t#]*+-(?:[ \t]|\Z)")
"""The dash of a list item."""

_INDENT = lazy_pattern(r"[ \t#]*+")
"""The spaces of a line, those of what is commented out included."""


def find_in_lines(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield the spans of the secrets in a part of a text, in no order."""
    if end is None:
        end = len(text)
    part = text[start:end]
    for span in (*find_lookalikes(part), *find_pairs(part), *_find_values(part)):
        yield start + span[0], start + span[1]


def _find_values(text: str) -> Iterator[Span]:
    """Yield the spans of the values of keys that their lines begin with."""
    hidden = -1
    takes_items = False
    for start, line in _lines_of(text):
        end = start + len(line)
        indent = _indent_of(line)
        is_item = takes_items and indent == hidden and _is_item(line)
        if is_item or 0 <= hidden < indent:
            yield start + indent, end
            continue
        hidden = -1
        value = _start_of_secret(line)
        if value is None:
            continue
        rest = line[value:]
        takes_items = not rest
        if _is_open(rest):
            hidden = indent
        yield from _find_in_rest(text, start + value, end)


def _is_item(line: str) -> bool:
    """Return whether a line is an item of a list, commented out or not."""
    return _IS_ITEM.match(line) is not None


def _start_of_secret(line: str) -> int | None:
    """Return where the value of the secret key begins that a line begins with."""
    key = _FIRST_KEY.match(line)
    if key is None or not is_secret_pair(line, key[2], key):
        return None
    return key.end()


def _find_in_rest(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the secrets in what a line has behind its key, its quotes left out."""
    while start < end and text[start] in "\"'":
        start += 1
    yield from find_secret_parts(text, start, end)


def _is_open(rest: str) -> bool:
    """Return whether a value goes on below, as far as quotes and brackets tell."""
    if _OPENS_BLOCK.match(rest):
        return True
    first = rest[:1]
    if first in ("'", '"'):
        return first not in rest[1:]
    if first in ("[", "{"):
        opened = rest.count("[") + rest.count("{")
        return opened > rest.count("]") + rest.count("}")
    return False


def _indent_of(line: str) -> int:
    """Return the column of the content of a line, that of a comment included."""
    match = _INDENT.match(line)
    if match is None:
        return 0
    return match.end()


def _lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is not blank, and the offset at which it begins."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, line.removesuffix("\r")
        start += len(line) + 1
