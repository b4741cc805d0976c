"""Finds secrets by the names of their keys, and removes them from messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from stackcfg.redaction.words import SECRET_WORDS, SWITCH_PREFIXES, TOKEN
from stackcfg.runconfig.placeholders import PLACEHOLDER_START

MASK = "********"

SHORT = 4
"""The length from which on a beginning of a secret is removed from messages."""

URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):([^\s\"']+)@")

_ANY_WORD = "|".join(SECRET_WORDS)
_SECRET_KEY = re.compile(f"{_ANY_WORD}|{TOKEN}$", re.IGNORECASE)
_KEY_AND_VALUE = re.compile(
    rf"""( [\w-]* (?:{_ANY_WORD}|{TOKEN}(?!s)) [\w-]* ["'\\]* \s* [:=] \s* )
    (?! \$\{{env ) \S+""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_VARIABLE = (
    rf"""["']?{PLACEHOLDER_START}""" + r"""(?::[=+])?\}["']?[ \t,}]*(?:\#.*)?$"""
)
_WRITTEN_OUT = re.compile(rf"""(?m)[\w-]*["']?[ \t]*:(?![ \t]*{_BARE_VARIABLE})""")
"""What follows the word of a secret key that has a value of its own."""

_END_OF_KEY = re.compile(r"""["']?[ ]*:""")
_EXPLICIT_KEY = re.compile(r"(?m)^[ \t-]*\?[ \t]")
_DEFAULT = re.compile(r"env\.\w+:?[=+]?([^}]*)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Return whether the value under a key of this name is probably a secret."""
    if _SECRET_KEY.search(name) is None:
        return False
    return not name.lower().startswith(SWITCH_PREFIXES)


# asked for every finding of a file, so that the answer for the last text is kept
@lru_cache(maxsize=1)
def may_hold_secret(text: str) -> bool:
    """Return whether a YAML text may have a secret in it; False is certain."""
    small = text.lower()
    if len(small) != len(text):
        # offsets in `small` are no offsets in `text`
        return True
    if _has_secret_key(text, small) or ("://" in text and URL_PASSWORD.search(text)):
        return True
    return "?" in text and _EXPLICIT_KEY.search(text) is not None


def find_secrets(name: str, text: str) -> Iterator[str]:
    """Yield the secrets of a value, with the key's name to judge by.

    The secrets are passwords in URLs, and all of a secret key's value. The
    secret of a variable is its default.
    """
    found = [match[2] for match in URL_PASSWORD.finditer(text)]
    if is_secret_key(name):
        found.append(text)
    for secret in found:
        default = _DEFAULT.search(secret)
        if default is not None:
            secret = default[1]
        yield secret


def remove_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a message with some secrets masked, also where they are cut short."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
        if len(secret) > SHORT:
            beginning = re.escape(secret[:SHORT])
            text = re.sub(rf"(?<!\w){beginning}[^']*\.\.\.'", f"{MASK}'", text)
    return text


def may_need_mask(text: str) -> bool:
    """Return whether `mask_secrets` may change a text; faster than to try."""
    if "@" in text and "://" in text:
        return True
    if "=" not in text and ":" not in text:
        return False
    small = text.lower()
    return TOKEN in small or any(word in small for word in SECRET_WORDS)


def mask_secrets(text: str) -> str:
    """Return a message with passwords in URLs and values of secret keys masked."""
    if not may_need_mask(text):
        return text
    text = _KEY_AND_VALUE.sub(_mask_value, text)
    return URL_PASSWORD.sub(rf"\1:{MASK}@", text)


def _mask_value(match: re.Match[str]) -> str:
    if match[1].lower().startswith(SWITCH_PREFIXES):
        return match[0]
    return f"{match[1]}{MASK}"


def _has_secret_key(text: str, small: str) -> bool:
    """Return whether a key with a secret word has a value of its own."""
    ends = [end for word in SECRET_WORDS for end in _ends(small, word)]
    ends += [end for end in _ends(small, TOKEN) if _END_OF_KEY.match(text, end)]
    return any(_is_written_out(text, end) for end in ends)


def _ends(text: str, word: str) -> Iterator[int]:
    """Yield where each occurrence of a word ends; faster than a pattern of all."""
    found = text.find(word)
    while found >= 0:
        end = found + len(word)
        yield end
        found = text.find(word, end)


def _is_written_out(text: str, end: int) -> bool:
    """Return whether a key with the word that ends here has a value of its own."""
    if _WRITTEN_OUT.match(text, end) is None:
        return False
    return text.rfind("${", 0, end) <= text.rfind("}", 0, end)
