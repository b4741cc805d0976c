"""Finds secrets by what they look like: tokens, PEM blocks, passwords in URLs.

Every pattern takes time in proportion to the length of the text: a run
of characters is matched once, by possessive repeats, from its
beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.urls import PLAIN_PART, SHORTEST, Span, find_in_urls
from stackcfg.redaction.words import TOKEN_PREFIXES

_PEM = "-----BEGIN "

_PUBLIC_PEM = ("CERTIFICATE", "PUBLIC", "X509", "RSA PUBLIC")
"""How the names of PEM blocks begin that everybody may read."""

_PEM_HEAD = lazy_pattern(r"-----BEGIN ([A-Z0-9 ]{1,60})-----")
_PEM_END = lazy_pattern(r"-----END ")

_WEB_TOKEN = "eyJ"
_BEGINNINGS = (*TOKEN_PREFIXES, _WEB_TOKEN)
_PREFIXES = "|".join(map(re.escape, TOKEN_PREFIXES))

_KNOWN = (
    rf"(?<![A-Za-z0-9_])(?:{_PREFIXES})[A-Za-z0-9_\-]{{8,}}+"
    r"|(?<![A-Za-z0-9_-])eyJ[\w-]{5,}+\.[\w-]++(?:\.[\w-]*+)?"
)
"""A token of a known service, or a JSON Web Token (`eyJ…`)."""

_RUN = r"(?<![\w+/.-])[\w+/.-]{20,}+={0,2}"
"""A run of the characters that Base64, paths and names consist of."""

_SEGMENT = r"[A-Za-z0-9_+-]+"
"""A part of such a run between dots and slashes."""

_REGULAR = r"[A-Z]?[a-z]*\d*|[A-Z]+\d*|[0-9a-fA-F]+|v?\d+[a-zA-Z]?"
"""A word, a number, a hash, or a word with a number behind it."""

_CHANGE = r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])"
"""A character that one of another kind follows."""

_SCHEME = r"(?i)(?<![\w-])(?:bearer|basic)[ \t]{1,8}+([^\s\"'`,;)\]}\\]++)"
"""What follows `Bearer` or `Basic` in a header."""

_INTEGRITY = ("sha1", "sha256", "sha384", "sha512")
"""The names of checksums, which are random and public."""

IDS = ("file-", "vs_", "resp_", "msg_", "call_", "conv_", "chatcmpl-", "batch_")
"""How the ids of objects begin, which are random and no secrets."""

CHANGES = 0.27
"""The share of characters at which random text changes its kind of character."""

_PLAIN_WORDS = r"[A-Za-z]?[a-z]*(?:[_.-][a-z]+)*"
"""Words that prose may have behind `Bearer`."""


def find_lookalikes(text: str) -> Iterator[Span]:
    """Yield the spans of a text that look like secrets, in no order."""
    if "://" in text:
        yield from find_in_urls(text)
    if _PEM in text:
        yield from _find_pem_blocks(text)
    yield from _find_tokens(text)
    yield from _find_credentials(text)
    yield from _find_random(text)


def _find_tokens(text: str) -> Iterator[Span]:
    """Yield the spans of tokens that begin as those of a known service."""
    # most texts have none, and the pattern is large
    if not any(each in text for each in _BEGINNINGS):
        return
    for match in _compiled(_KNOWN).finditer(text):
        if _is_token(match[0]):
            yield match.span()


def _find_credentials(text: str) -> Iterator[Span]:
    """Yield the spans of what follows `Bearer` or `Basic`."""
    for match in _compiled(_SCHEME).finditer(text):
        word = match[1]
        is_variable = word[0] in "$<{*"
        if not is_variable and not re.fullmatch(_PLAIN_WORDS, word):
            yield match.span(1)


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _is_token(text: str) -> bool:
    """Return whether text behind a known prefix is random, and no words."""
    if text.startswith(_WEB_TOKEN):
        return True
    words = re.split(r"[-_.]", text)
    if all(re.fullmatch(PLAIN_PART, word) for word in words):
        return False
    if any(map(str.isdigit, text)):
        return True
    has_both_cases = text.lower() != text and text.upper() != text
    return has_both_cases and len(text) >= SHORTEST


def _find_random(text: str) -> Iterator[Span]:
    """Yield the spans of long runs of characters that no one made up of words."""
    for run in _compiled(_RUN).finditer(text):
        if _is_checksum(text, run):
            continue
        if _is_random_path(run[0]):
            yield run.span()
        else:
            yield from _find_random_segments(run)


def _is_checksum(text: str, run: re.Match[str]) -> bool:
    """Return whether a run of characters is named as a hash of a file."""
    before = text[max(run.start() - 8, 0) : run.start()]
    is_named = before.rstrip(":-@").endswith(_INTEGRITY)
    return is_named or run[0].startswith(_INTEGRITY)


def _find_random_segments(run: re.Match[str]) -> Iterator[Span]:
    """Yield the spans of the parts of a run that are random by themselves."""
    for segment in _compiled(_SEGMENT).finditer(run[0]):
        is_short = len(segment[0]) < SHORTEST
        if is_short or segment[0].startswith(IDS):
            continue
        if _is_random(segment[0]):
            start = run.start() + segment.start()
            yield start, start + len(segment[0])


def _is_random(text: str) -> bool:
    """Return whether the characters of a word change as those of a token do."""
    changes = len(_compiled(_CHANGE).findall(text))
    if changes < CHANGES * len(text):
        return False
    if _is_hexadecimal(text):
        return False
    has_upper, has_lower = text.lower() != text, text.upper() != text
    if has_upper and has_lower:
        return not _is_regular(text)
    # one case only: names of models have digits, too, and are shorter
    return text.isalnum() and len(text) > SHORTEST + 3


def _is_hexadecimal(text: str) -> bool:
    """Return whether a string is a hash or a UUID."""
    digits = text.replace("-", "")
    return not digits.lower().strip("0123456789abcdef")


def _is_random_path(text: str) -> bool:
    """Return whether text with slashes is Base64 and no path."""
    if "/" not in text or "." in text or len(text) < SHORTEST * 1.5:
        return False
    changes = len(_compiled(_CHANGE).findall(text))
    # slashes are between words as well as inside of Base64
    if changes < CHANGES / 2 * len(text):
        return False
    names = text.strip("/").split("/")
    return not any(map(_is_regular, names))


def _is_regular(text: str) -> bool:
    """Return whether all words of a string are words, numbers or hashes."""
    return all(re.fullmatch(_REGULAR, part) for part in re.split(r"[-_+]", text))


def _find_pem_blocks(text: str) -> Iterator[Span]:
    """Yield the bodies of private PEM blocks, to the end where one is not closed."""
    head = _PEM_HEAD.search(text)
    while head is not None:
        end = _PEM_END.search(text, head.end())
        start, stop = head.end(), len(text)
        if end is not None:
            stop = end.start()
        if not head[1].startswith(_PUBLIC_PEM):
            yield start, stop
        head = _PEM_HEAD.search(text, stop)
