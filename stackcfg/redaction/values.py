"""Finds the secret parts of a secret value: not its variables or templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.words import EMPTY_WORDS

Span = tuple[int, int]

_REFERENCE = r"\$(?:env\.)?\w+|\$\([\w.-]+\)|%\w+%|<[^<>]*>|\$\{[\w.]*\}|\*{4,}"
"""A whole value that names where the secret is, or a mask."""

_HEAD = lazy_pattern(r"\$\{[\w.]*+(?::[=+?-]|[:=+?-])?|\{\{")
"""The beginning of a placeholder up to its default, or of a template."""

_QUOTED = lazy_pattern(r"\"[^\"]*+\"|'[^']*+'")
"""A string in a template expression."""

_SCHEME = lazy_pattern(r"(?i)(?:bearer|basic|token|digest|apikey|splunk)[ \t]+(?=\S)")
"""The scheme of a header, which is no secret."""

_SWITCH = frozenset({"true", "false", "yes", "no", "on", "off", "~"})
"""Booleans and null as YAML writes them."""


def find_secret_parts(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of a secret value, `text[start:end]`, that are to be hidden.

    Of a placeholder that is its default, of a template its quoted
    strings, of a header what follows the scheme.
    """
    scheme = _SCHEME.match(text, start, end)
    if scheme is not None:
        start = scheme.end()
    head = _HEAD.search(text, start, end)
    while head is not None:
        closing = _closing_of(head)
        closed = text.find(closing, head.end(), end)
        if closed < 0:
            break
        yield from _literal(text, start, head.start())
        yield from _literals_inside(text, head, closed)
        start = closed + len(closing)
        head = _HEAD.search(text, start, end)
    yield from _literal(text, start, end)


def _closing_of(head: re.Match[str]) -> str:
    """Return what ends a placeholder or a template expression."""
    if head[0].startswith("$"):
        return "}"
    return "}}"


def _literals_inside(text: str, head: re.Match[str], closed: int) -> Iterator[Span]:
    """Yield the default of a placeholder, or the strings of an expression."""
    if head[0].startswith("$"):
        yield from _literal(text, head.end(), closed)
        return
    for quoted in _QUOTED.finditer(text, head.end(), closed):
        yield from _literal(text, quoted.start() + 1, quoted.end() - 1)


def _literal(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span of written text unless it says that nothing is there."""
    written = text[start:end]
    words = written.strip()
    if _says_nothing(words) or re.fullmatch(_REFERENCE, words):
        return
    start += len(written) - len(written.lstrip())
    yield start, start + len(words)


def _says_nothing(words: str) -> bool:
    """Return whether a value only fills the place of a secret."""
    small = words.lower()
    if small in EMPTY_WORDS or small in _SWITCH:
        return True
    return not any(map(str.isalnum, words))
