"""Finds secrets in free text by the key in front of them: `password=x`.

Every pattern takes time in proportion to the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.keys import is_secret_key, may_be_secret_key
from stackcfg.redaction.values import find_secret_parts
from stackcfg.redaction.words import QUERY_NAMES

Span = tuple[int, int]

_KEY = lazy_pattern(
    r"(?<![\w-])([\w-]++)(?:[\"'\\]{0,4}+[ \t]{0,8}+([:=])|(?=[ \t]))[ \t]*+"
)
"""A word with a sign behind it, or with a space, as an option has."""

_QUOTED = lazy_pattern(
    r"\"([^\"\\\n]*+(?:\\.[^\"\\\n]*+)*)"
    r"|'([^'\n]*+(?:''[^'\n]*+)*)"
    r"|`([^`\n]*+)"
    r"|\\{1,3}[\"']([^\"'\\\n]*+)"
)
"""A value in quotes, which may be those of a string inside another one."""

_BARE = lazy_pattern(
    r"(?:[^\s\"'`,;&)\]}\\]++"
    r"|[\"'`\\]++(?![\s,;:.)\]}\"'`\\]|\Z)"
    r"|[,;&](?![\s\"']|\Z|[\w.-]{1,60}[\"']?[:=])"
    r"|[)\]}](?![\s,;:.)\]}\"'`]|\Z))+"
)
"""A value without quotes: up to a space, or to a sign that ends a list."""

_SCHEME = lazy_pattern(r"(?i)(?:bearer|basic|token|digest|apikey|splunk)[ \t]++")
"""The scheme in front of the secret of an `Authorization` header."""

_NUMBER = lazy_pattern(r"-?\d+(?:\.\d+)?")

_PROSE = lazy_pattern(r"[a-z]*|[A-Z_]*")
"""A word in one case, as documentation has it and hardly a secret."""

_PLURALS = ("tokens", "secrets", "credentials", "passwords", "cookies", "keys")
"""How the keys of counts and of lists of names end."""

_MOUNT = frozenset({"ro", "rw", "z"})
"""The options of a mounted volume."""

_LIST_END = lazy_pattern(r"[^\]\n]*+")
"""The items of a list, up to its end or that of the line."""

_PLACEHOLDER = lazy_pattern(r"[^}\n]{0,400}+\}{1,2}+")
"""The rest of a variable or template expression."""

_LINE = lazy_pattern(r"[^\n\"'`]*+")
"""The rest of a line, up to a quote."""


def find_pairs(text: str) -> Iterator[Span]:
    """Yield the spans of the values of secret keys in a text, in order."""
    if ":" not in text and "=" not in text and "--" not in text:
        return
    match = _KEY.search(text)
    while match is not None:
        end = match.end()
        span = _value_of(text, match)
        if span is not None:
            yield from find_secret_parts(text, *span)
            end = max(end, span[1])
        match = _KEY.search(text, end)


def is_secret_pair(text: str, key: str, match: re.Match[str]) -> bool:
    """Return whether a key with a value behind it is secret; `text` is its line."""
    if not may_be_secret_key(key):
        return False
    small = key.lower()
    written = text[match.end() :].strip()
    if small.endswith("tokens") and _NUMBER.fullmatch(written):
        return False
    if not small.endswith(_PLURALS):
        return True
    value = _BARE.match(text, match.end())
    return value is None or not _PROSE.fullmatch(value[0])


def _value_of(text: str, match: re.Match[str]) -> Span | None:
    """Return the span of the value of a secret key, None for another key."""
    if match[2] is None:
        return _value_of_option(text, match)
    if not _is_secret(text, match):
        return None
    if text.endswith(("${", "${env."), 0, match.start()):
        return _value_of_variable(text, match)
    value = _value_span(text, match.end(), match[1])
    if _is_harmless(text[slice(*value)], match):
        return None
    return value


def _is_harmless(written: str, match: re.Match[str]) -> bool:
    """Return whether what follows a secret word is no secret for all that."""
    key = match[1].lower()
    if key.endswith("tokens") and _NUMBER.fullmatch(written):
        return True
    if key.endswith(_PLURALS) and _PROSE.fullmatch(written):
        return True
    # `/run/secrets/token:ro` is a mount
    is_joined = match[2] == ":" and match.end() == match.end(2)
    if not is_joined:
        return False
    return written in _MOUNT or written.startswith("/")


def _value_of_variable(text: str, match: re.Match[str]) -> Span | None:
    """Return the span of the default of `${env.PASSWORD:=x}`, None of `:+x`."""
    start = match.end(2)
    if text.startswith("+", start):
        return None
    if text.startswith(("=", "-", "?"), start):
        start += 1
    end = text.find("}", start)
    if end < 0:
        end = len(text)
    return start, end


def _is_secret(text: str, match: re.Match[str]) -> bool:
    key = match[1]
    if match[2] == "=" and _is_in_query(text, match.start()):
        small = key.lower()
        if small in QUERY_NAMES or small.endswith("signature"):
            return True
    return may_be_secret_key(key)


def _is_in_query(text: str, start: int) -> bool:
    """Return whether a parameter of a URL's query begins at an offset."""
    before = text[max(start - 1, 0)]
    return before in "?&;"


def _value_of_option(text: str, match: re.Match[str]) -> Span | None:
    """Return the span of the value of an option, as of `--api-key x1`."""
    option = match[1]
    if not option.startswith("--"):
        return None
    if not is_secret_key(option.strip("-")):
        return None
    start, end = _value_span(text, match.end(), "")
    written = text[start:end]
    if written.startswith("-") or _PROSE.fullmatch(written):
        return None
    return start, end


def _value_span(text: str, start: int, key: str) -> Span:
    """Return the span of the value that begins at an offset, without its quotes."""
    quoted = _QUOTED.match(text, start)
    if quoted is not None:
        return quoted.span(quoted.lastindex or 0)
    if text.startswith("[", start):
        match = _LIST_END.match(text, start + 1)
    elif key.lower().endswith("cookie"):
        match = _LINE.match(text, start)
    else:
        scheme = _SCHEME.match(text, start)
        if scheme is not None:
            start = scheme.end()
        match = _placeholder_or_bare(text, start)
    if match is None:
        return start, start
    return match.start(), match.end()


def _placeholder_or_bare(text: str, start: int) -> re.Match[str] | None:
    """Match a value without quotes, placeholders with spaces in them as a whole."""
    if text.startswith(("${", "{{"), start):
        whole = _PLACEHOLDER.match(text, start)
        if whole is not None:
            return whole
    return _BARE.match(text, start)
