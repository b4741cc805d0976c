"""Which values pydantic accepts for each scalar type of the facts.

A value that only the environment knows (`UNKNOWN`) is accepted by every
type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from stackcfg.light_typing import Any, Final
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import UNKNOWN


def is_string(value: Any) -> bool:
    if isinstance(value, str) or value is UNKNOWN:
        return True
    return isinstance(decoded(value), str)


def decoded(value: Any) -> Any:
    """Return a value with the string that pydantic reads from bytes (`!!binary`)."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def is_path(value: Any) -> bool:
    return isinstance(value, str) or value is UNKNOWN


_BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What pydantic takes off a number; Python takes off further characters."""

# strings, since few files need them: a pattern is compiled where it is used first
_INTEGER = r"(?a)((?:[+-]?|0+-)\d+(?:_\d+)*)(?:\.0+)?"
_MOST_DIGITS = 4300
_WHOLE_FLOATS_END = 2.0**63


def is_integer(value: Any) -> bool:
    value = decoded(value)
    if isinstance(value, str):
        found = re.fullmatch(_INTEGER, value.strip(_BLANKS))
        return found is not None and len(found[1]) <= _MOST_DIGITS
    if isinstance(value, float):
        return value.is_integer() and abs(value) < _WHOLE_FLOATS_END
    return isinstance(value, int) or value is UNKNOWN


_NUMBER = r"(?ai)[+-]?(?:inf|infinity|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)"


def is_number(value: Any) -> bool:
    value = decoded(value)
    if isinstance(value, str):
        if re.fullmatch(_NUMBER, value.strip(_BLANKS)):
            return True
        groups = value.split("_")
        # an underscore is between two other characters
        return all(groups) and re.fullmatch(_NUMBER, "".join(groups)) is not None
    return isinstance(value, int | float) or value is UNKNOWN


def is_boolean(value: Any) -> bool:
    return value is UNKNOWN or as_pydantic_bool(decoded(value)) is not None


_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IP_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_LABEL = r"[A-Za-z](?:-?[A-Za-z0-9])*"
_HOST_NAME = rf"(?:{_LABEL}\.)*{_LABEL}"
_PORT = r"(?:[1-5]?\d{1,4}|6[0-4]\d{3})"
_PLAIN_URL = rf"(?a)https?://(?:{_IP_ADDRESS}|{_HOST_NAME})(?::{_PORT})?(?:/[\w.~/-]*)?"
"""A URL that pydantic accepts for certain."""

_MAX_PLAIN_URL = 2000


def is_url(value: Any) -> bool:
    value = decoded(value)
    if not isinstance(value, str):
        return value is UNKNOWN
    if len(value) <= _MAX_PLAIN_URL and re.fullmatch(_PLAIN_URL, value):
        return True
    # without a scheme it is none
    if ":" not in value or value.startswith("$"):
        return False
    return _is_pydantic_url(value)


@cache
def _is_pydantic_url(value: str) -> bool:
    # loading pydantic takes longer than everything else, and few URLs need it
    from pydantic import HttpUrl, TypeAdapter, ValidationError

    try:
        TypeAdapter(HttpUrl).validate_python(value)
    except ValidationError:
        return False
    return True


LISTS: Final = (list, set)
"""What pydantic takes for a list; YAML has sets (`!!set`), too."""

SCALARS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "str": (is_string, "a string"),
    "secret": (is_string, "a string"),
    "path": (is_path, "a path"),
    "int": (is_integer, "an integer"),
    "float": (is_number, "a number"),
    "bool": (is_boolean, "true or false"),
    "url": (is_url, "an http or https URL"),
    "none": (lambda value: value is None, "null"),
    "any": (lambda _: True, "anything"),
    "dict": (lambda value: isinstance(value, dict), "a mapping"),
    "list": (lambda value: isinstance(value, LISTS), "a list"),
}
"""By the word of the facts: the test of a value, and the type in words."""
