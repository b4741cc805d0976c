"""Which values pydantic accepts for each scalar type of the facts.

A value that only the environment knows (`UNKNOWN`) is accepted by every type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import UNKNOWN


def is_string(value: Any) -> bool:
    return isinstance(value, str) or value is UNKNOWN


_INTEGER = re.compile(r"\s*[+-]?\d+(?:_\d+)*(?:\.0*)?\s*")


def is_integer(value: Any) -> bool:
    if isinstance(value, str):
        return _INTEGER.fullmatch(value) is not None
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) or value is UNKNOWN


def is_number(value: Any) -> bool:
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return isinstance(value, int | float) or value is UNKNOWN


def is_boolean(value: Any) -> bool:
    return value is UNKNOWN or as_pydantic_bool(value) is not None


_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IP_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_LABEL = r"[A-Za-z](?:-?[A-Za-z0-9])*"
_HOST_NAME = rf"(?:{_LABEL}\.)*{_LABEL}"
_PLAIN_URL = re.compile(
    rf"https?://(?:{_IP_ADDRESS}|{_HOST_NAME})(?::\d{{1,4}})?(?:/[\w.~/-]*)?",
    re.ASCII,
)
"""A URL that pydantic accepts for certain."""

_MAX_PLAIN_URL = 2000


def is_url(value: Any) -> bool:
    if not isinstance(value, str):
        return value is UNKNOWN
    if len(value) <= _MAX_PLAIN_URL and _PLAIN_URL.fullmatch(value):
        return True
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


SCALARS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "str": (is_string, "a string"),
    "secret": (is_string, "a string"),
    "path": (is_string, "a path"),
    "int": (is_integer, "an integer"),
    "float": (is_number, "a number"),
    "bool": (is_boolean, "true or false"),
    "url": (is_url, "an http or https URL"),
    "none": (lambda value: value is None, "null"),
    "any": (lambda _: True, "anything"),
    "dict": (lambda value: isinstance(value, dict), "a mapping"),
    "list": (lambda value: isinstance(value, list), "a list"),
}
"""By the word of the facts: the test of a value, and the type in words."""
