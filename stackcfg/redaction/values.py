"""Finds the secret parts of a secret value: not its variables or templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.redaction.words import EMPTY_WORDS

Span = tuple[int, int]

_REFERENCE = r"\$(?:env\.)?\w+|\$\([\w.-]+\)|%\w+%|<[^<>]*>|\$\{[\w.]*\}|\*{4,}"
"""A whole value that names where the secret is, or a mask."""

_HEAD = re.compile(r"\$\{[\w.]*+(?::[=+?-]|[:=+?-])?|\{\{")
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|digest|apikey|splunk)[ \t]+(?=\S)")
_SWITCH = frozenset({"true", "false", "yes", "no", "on", "off", "~"})


def find_secret_parts(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of a secret value, `text[start:end]`, that are to be hidden.

    Of a placeholder that is its default, of a template its quoted strings, of a
    header what follows the scheme.
    """
    scheme = _SCHEME.match(text, start, end)
    if scheme is not None:
        start = scheme.end()
    head = _HEAD.search(text, start, end)
    while head is not None:
        closing = "}" if head[0].startswith("$") else "}}"
        closed = text.find(closing, head.end(), end)
        if closed < 0:
            break
        yield from _literal(text, start, head.start())
        if closing == "}":
            yield from _literal(text, head.end(), closed)
        else:
            for quoted in _QUOTED.finditer(text, head.end(), closed):
                yield from _literal(text, quoted.start() + 1, quoted.end() - 1)
        start = closed + len(closing)
        head = _HEAD.search(text, start, end)
    yield from _literal(text, start, end)


def _literal(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span of written text unless it says that nothing is there."""
    words = text[start:end].strip()
    if words.lower() in EMPTY_WORDS | _SWITCH or not any(map(str.isalnum, words)):
        return
    if re.fullmatch(_REFERENCE, words):
        return
    start += len(text[start:end]) - len(text[start:end].lstrip())
    yield start, start + len(words)
