"""Finds secrets in values and texts, and removes them from messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.words import SECRET_PARTS, SECRET_WORDS, TOKEN
from stackcfg.runconfig.placeholders import PLACEHOLDER_START

Span = tuple[int, int]

SHORT = 4
"""The length from which on a beginning of a secret is removed from messages."""

LEAST_DISTINCTIVE = 6
"""The length from which on a secret with a digit or sign is no common word."""

LONGEST_VARIABLE = 200
"""The number of characters in front of a word that may be one variable's name."""

LONGEST_KEPT = 200
"""The length up to which it is kept where a text has secrets."""

MASK = "********"

_BARE_VARIABLE = (
    rf"""["']?{PLACEHOLDER_START}""" + r"""(?::[=+])?\}["']?[ \t,}]*(?:\#|$)"""
)
_WRITTEN_OUT = lazy_pattern(rf"""(?m)["']?[ \t]*+:(?![ \t]*+{_BARE_VARIABLE})""")
"""What follows a secret key that has a value of its own."""

_REST_OF_KEY = lazy_pattern(r"[\w-]*+")
_END_OF_KEY = lazy_pattern(r"""["']?[ ]*+:""")
_EXPLICIT_KEY = lazy_pattern(r"(?m)^[ \t-]*+\?[ \t]")


# asked for every finding of a file, so that the answer for the last text is kept
@lru_cache(maxsize=1)
def may_hold_secret(text: str) -> bool:
    """Return whether a YAML text may have a literal secret; False is certain.

    It is asked before the keys are: misspelt ones are not found by
    this.
    """
    small = text.lower()
    if len(small) != len(text):
        # offsets in `small` are no offsets in `text`
        return True
    if _has_secret_key(text, small) or has_url_password(text):
        return True
    return "?" in text and _EXPLICIT_KEY.search(text) is not None


def has_url_password(text: str) -> bool:
    """Return whether a URL with a password in it is in a text."""
    if "://" not in text or "@" not in text:
        return False
    from stackcfg.redaction.urls import find_passwords

    return any(True for _ in find_passwords(text))


def find_secrets(text: str) -> list[Span]:
    """Return the spans of the secrets in a free text, in order."""
    if len(text) > LONGEST_KEPT:
        return _search_secrets(text)
    return list(_secrets_of_short(text))


# the same few scalars are in every file
@lru_cache(maxsize=4096)
def _secrets_of_short(text: str) -> tuple[Span, ...]:
    return tuple(_search_secrets(text))


def _search_secrets(text: str) -> list[Span]:
    # what is clean does not pay for the patterns
    from stackcfg.redaction.looks import find_lookalikes
    from stackcfg.redaction.pairs import find_pairs

    return join_spans([*find_pairs(text), *find_lookalikes(text)])


def mask_secrets(text: str) -> str:
    """Return a message with passwords in URLs, tokens and values of
    secret keys masked.
    """
    return replace_spans(text, find_secrets(text))


def replace_spans(
    text: str, spans: Iterable[Span], cover: Callable[[str], str] | None = None
) -> str:
    """Return a text with a mask in place of each span, or with what
    `cover` makes of it.
    """
    parts: list[str] = []
    last = 0
    for start, end in spans:
        hidden = MASK
        if cover is not None:
            hidden = cover(text[start:end])
        parts += (text[last:start], hidden)
        last = end
    parts.append(text[last:])
    return "".join(parts)


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            # it begins inside of the one before
            start, last = joined.pop()
            end = max(end, last)
        if end > start:
            joined.append((start, end))
    return joined


def is_distinctive(secret: str) -> bool:
    """Return whether a secret is no word that a message may have by chance."""
    if len(secret) < LEAST_DISTINCTIVE:
        return False
    return not secret.isalpha() or len(secret) >= 2 * LEAST_DISTINCTIVE


def remove_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a message with some secrets masked, also where they are cut short."""
    # most messages quote none
    quoted = [secret for secret in secrets if secret[:SHORT] in text]
    for secret in sorted(quoted, key=len, reverse=True):
        if len(secret) <= len(text):
            whole = re.escape(secret)
            text = re.sub(rf"(?<!\w){whole}(?!\w)", MASK, text)
        if len(secret) > SHORT:
            beginning = re.escape(secret[:SHORT])
            cut_short = rf"(?<!\w){beginning}[^']{{0,200}}?\.\.\.'"
            text = re.sub(cut_short, f"{MASK}'", text)
    return text


def _has_secret_key(text: str, small: str) -> bool:
    """Return whether a key with a secret word has a value of its own."""
    for word in SECRET_WORDS:
        for start, end in _keys_with(small, word):
            if _is_written_out(text, start, end):
                return True
    last_words = (TOKEN, *SECRET_PARTS)
    return any(_ends_a_key(text, small, word) for word in last_words)


def _ends_a_key(text: str, small: str, word: str) -> bool:
    """Return whether a word is the end of a key with a value of its own."""
    for start, end in _keys_with(small, word):
        if end - start > len(word) or not _END_OF_KEY.match(text, end):
            continue
        is_part = word == TOKEN or not small[start - 1 : start].isalnum()
        if is_part and _is_written_out(text, start, end):
            return True
    return False


def _keys_with(text: str, word: str) -> Iterator[Span]:
    """Yield from each occurrence of a word to its key's end, each key once.

    This is faster than a pattern of all words.
    """
    found = text.find(word)
    while found >= 0:
        end = found + len(word)
        rest = _REST_OF_KEY.match(text, end)
        if rest is not None:
            end = rest.end()
        yield found, end
        found = text.find(word, end)


def _is_written_out(text: str, start: int, end: int) -> bool:
    """Return whether a key with a secret word has a value of its own."""
    if _WRITTEN_OUT.match(text, end) is None:
        return False
    # inside of a variable it is part of the variable's name
    before = max(start - LONGEST_VARIABLE, 0)
    opened = text.rfind("${", before, start)
    closed = text.rfind("}", before, start)
    return opened <= closed
