"""Which words tell of a secret, and what of a message may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from stackcfg.runconfig.placeholders import PLACEHOLDER_START

MASK: Final = "********"

_KEYS: Final = tuple(
    f"{kind}{joint}key"
    for kind in ("api", "access", "private")
    for joint in ("_", "-", "")
)
_TELLING: Final = (
    *("password", "pasword", "passwd", "passphrase", "pwd"),
    *("secret", "credential", "authorization", "bearer"),
    *_KEYS,
)
_TOKEN: Final = "token"
"""Telling only at the end of a key, and not of many: `max_tokens` is no secret."""

_SECRET_KEY: Final = re.compile("|".join((*_TELLING, f"{_TOKEN}$")), re.IGNORECASE)
_TELLING_WORDS: Final = "|".join((*_TELLING, f"{_TOKEN}(?!s)"))
_SECRET_WORDS: Final = re.compile(
    rf"""(?ix) ( [\w-]* (?:{_TELLING_WORDS}) [\w-]* ["'\\]* \s* [:=] \s* ) (?! \$\{{env ) (\S+)"""
)
_BARE: Final = (
    rf"""["']?{PLACEHOLDER_START}""" + r"""(?::[=+])?\}["']?[ \t,}]*(?:\#.*)?$"""
)
_WRITTEN_OUT: Final = re.compile(rf"""(?m)[\w-]*["']?[ \t]*:(?![ \t]*{_BARE})""")
"""What follows a telling word that is a key, whose value is more than a variable without a default."""
_ENDS_KEY: Final = re.compile(r"""["']?[ ]*:""")
_EXPLICIT_KEY: Final = re.compile(r"(?m)^[ \t-]*\?[ \t]")
_SWITCHES: Final = ("allow_", "allow-", "require_", "use_", "enable_")
"""How the names of settings begin that say yes or no about secrets, as `allow_credentials`."""

SHORT: Final = 4
"""So many characters of a secret are enough to know it again by; shorter ones are words of every message."""
_DEFAULT: Final = re.compile(r"env\.\w+:?[=+]?([^}]*)", re.IGNORECASE)

URL_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]*):([^\s\"']+)@")


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Whether the value under a key of this name is probably a secret."""
    return _SECRET_KEY.search(name) is not None and not name.lower().startswith(
        _SWITCHES
    )


@lru_cache(maxsize=1)
def may_hold_secret(text: str) -> bool:
    """Whether a YAML text can hold a secret written out: a telling key with more behind it than a bare variable."""
    small = text.lower()
    if len(small) != len(
        text
    ):  # letters that change their length move every place behind them
        return True
    return (
        any(
            _is_written_out(text, end)
            for word in _TELLING
            for end in _ends(small, word)
        )
        or any(
            _ENDS_KEY.match(text, end) and _is_written_out(text, end)
            for end in _ends(small, _TOKEN)
        )
        or ("://" in text and URL_PASSWORD.search(text) is not None)
        or ("?" in text and _EXPLICIT_KEY.search(text) is not None)
    )


def _ends(text: str, word: str) -> Iterator[int]:
    """Where each occurrence of a word ends; faster than one pattern of all words."""
    found = text.find(word)
    while found >= 0:
        yield found + len(word)
        found = text.find(word, found + len(word))


def _is_written_out(text: str, end: int) -> bool:
    """Whether what stands behind the end of a telling word makes it a key with a value of its own."""
    if _WRITTEN_OUT.match(text, end) is None:
        return False
    return text.rfind("${", 0, end) <= text.rfind("}", 0, end)


def find_secrets(name: str, text: str) -> Iterator[str]:
    """What must not be shown of a text under a key: passwords in URLs, all of it where the key is telling.

    Of a variable that is its default.
    """
    found = [match[2] for match in URL_PASSWORD.finditer(text)]
    for each in [*found, text] if is_secret_key(name) else found:
        default = _DEFAULT.search(each)
        yield default[1] if default else each


def remove_secrets(text: str, secrets: Iterable[str]) -> str:
    """A message without some secrets, also where it cuts them short."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
        if len(secret) > SHORT:
            text = re.sub(
                rf"(?<!\w){re.escape(secret[:SHORT])}[^']*\.\.\.'", f"{MASK}'", text
            )
    return text


def may_tell(text: str) -> bool:
    """Whether `masked` can change anything in a text; faster than to try."""
    if "@" in text and "://" in text:
        return True
    small = text.lower() if "=" in text or ":" in text else ""
    return small != "" and any(word in small for word in (*_TELLING, _TOKEN))


def mask_secrets(text: str) -> str:
    """A message with passwords in URLs and behind telling words replaced."""
    if not may_tell(text):
        return text
    return URL_PASSWORD.sub(rf"\1:{MASK}@", _SECRET_WORDS.sub(_masked_word, text))


def _masked_word(found: re.Match[str]) -> str:
    return found[0] if found[1].lower().startswith(_SWITCHES) else f"{found[1]}{MASK}"
