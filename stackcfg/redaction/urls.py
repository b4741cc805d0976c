"""Finds the secrets of URLs: passwords, and the paths of webhooks.

Each character is looked at a few times, however long the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.values import find_secret_parts

Span = tuple[int, int]

SHORTEST = 20
"""The length from which on random characters are taken for a secret."""

PLAIN_PART = r"[A-Za-z]?[a-z]*(?:[_-][a-z]+)*|v?\d{1,8}|\d{1,4}[bBkKmM]"
"""A part of a path or name that is a word or a number."""

_NO_SPACE = lazy_pattern(r"\S*+")
"""A URL behind its `://`."""

_PORT = lazy_pattern(r"\d{1,5}(?=[/?#\s\"'`,;)]|\Z)")
"""A port, and not a password, behind a colon."""

_HOOK = lazy_pattern(r"(?i)/(?:hooks?|webhooks?|webhookb2|services)/|/bot(?=\d)")
"""What is in front of the secret part of a webhook's path."""

_PART = lazy_pattern(r"[^/\s\"'`?#,;)\]}]+")
"""A part of a path."""


def find_in_urls(text: str) -> Iterator[Span]:
    """Yield the passwords of URLs, and the secrets in their paths."""
    for start, end in find_urls(text):
        password = _find_password(text, start, end)
        if password is not None:
            yield from find_secret_parts(text, *password)
        hook = _HOOK.search(text, start, end)
        if hook is not None:
            yield from _find_in_path(text, hook.end(), end)


def find_passwords(text: str) -> Iterator[Span]:
    """Yield the passwords of URLs, variables included."""
    for start, end in find_urls(text):
        password = _find_password(text, start, end)
        if password is not None:
            yield password


def find_urls(text: str) -> Iterator[Span]:
    """Yield the span of each URL behind its `://`, up to a space or another one."""
    start = text.find("://")
    while start >= 0:
        start += len("://")
        following = text.find("://", start)
        limit = len(text)
        if following >= 0:
            limit = following
        match = _NO_SPACE.match(text, start, limit)
        if match is not None:
            yield match.span()
        start = following


def _find_password(text: str, start: int, end: int) -> Span | None:
    """Return the span of the password in front of a host, or of a lone token."""
    at = _find_at(text, start, end)
    if at < 0:
        return None
    colon = _find_colon(text, start, at)
    if colon < 0:
        return _find_lone_token(text, start, at)
    if "/" in text[start:colon] or _PORT.match(text, colon + 1):
        return None
    return colon + 1, at


def _find_at(text: str, start: int, end: int) -> int:
    """Return where the `@` in front of a host is, -1 if there is none."""
    stop = _first_of(text, "\"'`", start, end)
    at = text.rfind("@", start, stop)
    if at < 0:
        at = text.rfind("@", start, end)
    question = text.find("?", start, end)
    if not 0 <= question < at:
        return at
    # the query may have one as well
    before = text.rfind("@", start, question)
    if before >= 0:
        return before
    return at


def _find_lone_token(text: str, start: int, end: int) -> Span | None:
    """Return the span in front of a host if it is as long as a token."""
    is_token = end - start >= SHORTEST and text[start:end].isalnum()
    if is_token:
        return start, end
    return None


def _find_colon(text: str, start: int, end: int) -> int:
    """Return where the first colon outside of placeholders is, -1 if none."""
    colon = text.find(":", start, end)
    opened = text.find("${", start, end)
    while 0 <= opened < colon:
        closed = text.find("}", opened, end)
        if closed < 0:
            return colon
        colon = text.find(":", closed, end)
        opened = text.find("${", closed, end)
    return colon


def _first_of(text: str, characters: str, start: int, end: int) -> int:
    """Return where the first of some characters is, `end` where none is."""
    first = end
    for character in characters:
        offset = text.find(character, start, first)
        if offset >= 0:
            first = offset
    return first


def _find_in_path(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the parts of a webhook's path that are no plain words."""
    for part in _PART.finditer(text, start, end):
        is_variable = part[0][0] in "$<{*"
        if not is_variable and not re.fullmatch(PLAIN_PART, part[0]):
            yield part.span()
