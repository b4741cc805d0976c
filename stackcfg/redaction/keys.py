"""Tells by its name whether a key holds a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from stackcfg.redaction.words import (
    PLACE_NAMES,
    PLACE_SUFFIXES,
    SECRET_PARTS,
    SECRET_WORDS,
    SPECIAL_TOKENS,
    SWITCH_PREFIXES,
    TOKEN,
)

MISSPELT = (
    "password",
    "pasword",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "credential",
    "credentials",
    "authorization",
    "apikey",
    "accesskey",
    "privatekey",
    TOKEN,
)
"""Words that are found with one wrong letter, too."""

REAL_WORDS = frozenset({"taken", "tokens", "toke", "secrete", *MISSPELT})
"""Words that are spelt right, one letter away from a secret word or none."""

LONGEST_NAME = 200
"""The number of characters of a key in which its parts are looked for."""

_SECRET_ENDS = tuple(SECRET_PARTS)
_PARTS = r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+"


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Return whether the value under a key of this name is probably a secret."""
    # the cheap question first: most names have no word of a secret
    if not _has_secret_word(name) or name.lower().startswith(SWITCH_PREFIXES):
        return False
    return not _names_a_place(name)


def _has_secret_word(name: str) -> bool:
    small = name.lower()
    if any(word in small for word in SECRET_WORDS):
        return True
    if small.endswith(TOKEN):
        return not _is_special_token(name)
    if not small.endswith(_SECRET_ENDS):
        return False
    return re.split(r"[-_. ]", small)[-1] in SECRET_PARTS


@lru_cache(maxsize=4096)
def may_be_secret_key(name: str) -> bool:
    """Return the same for names that may be misspelt, and for lists of tokens."""
    if is_secret_key(name):
        return True
    if name.lower().startswith(SWITCH_PREFIXES) or _names_a_place(name):
        return False
    if name.lower().endswith(f"{TOKEN}s"):
        return not _is_special_token(name)
    return any(map(_is_misspelt, _words_of(name)))


def _names_a_place(name: str) -> bool:
    """Return whether a key says where a secret is: `password_file`, `tokenUrl`."""
    if name.lower() in PLACE_NAMES:
        return True
    parts = _parts_of(name)
    return len(parts) > 1 and parts[-1] in PLACE_SUFFIXES


def _is_special_token(name: str) -> bool:
    """Return whether a name means tokens of a prompt: `max_tokens`."""
    return any(part in SPECIAL_TOKENS for part in _parts_of(name))


def _parts_of(name: str) -> list[str]:
    """Return the words of a name in snake case, kebab case or camel case."""
    return [part.lower() for part in re.findall(_PARTS, name[-LONGEST_NAME:])]


def _words_of(name: str) -> Iterator[str]:
    """Yield the words of a name, and each two of them as one."""
    parts = _parts_of(name)
    yield from parts
    for one, other in pairwise(parts):
        yield one + other


@lru_cache(maxsize=4096)
def _is_misspelt(word: str) -> bool:
    if word in REAL_WORDS:
        return False
    return any(_is_one_edit_away(word, known) for known in MISSPELT)


def _is_one_edit_away(word: str, known: str) -> bool:
    """Return whether one letter is wrong, missing, added,
    or swapped with the next.
    """
    if abs(len(word) - len(known)) > 1 or word[:1] != known[:1]:
        return False
    start = 0
    while word[start : start + 1] == known[start : start + 1] != "":
        start += 1
    one, other = word[start:], known[start:]
    if one[1:] == other[1:] or one[1:] == other or one == other[1:]:
        return True
    return one[:2] == other[1::-1] and one[2:] == other[2:]
