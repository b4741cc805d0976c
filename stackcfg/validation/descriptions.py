"""Types and values in words, for messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from stackcfg.light_typing import Any
from stackcfg.paths import Data
from stackcfg.releases.models import Kind
from stackcfg.validation.scalar_types import SCALARS

_COMPOUNDS = {
    "list": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "tagged": "a mapping",
}
_VALUES = (
    (date, "a date"),
    (str, "a string"),
    (list, "a list"),
    (Mapping, "a mapping"),
)
_LIMITS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
}


def describe_type(kind: Kind) -> str:
    """Return a type of the facts in words: `a string or null`."""
    if isinstance(kind, str):
        return SCALARS[kind][1]
    if kind[0] == "literal":
        return quote_names(kind[1:])
    if kind[0] == "union":
        return " or ".join(dict.fromkeys(map(describe_type, kind[1:])))
    if kind[0] == "bound":
        return _describe_bound(kind[1], kind[2])
    return _COMPOUNDS[kind[0]]


def _describe_bound(limits: Data, kind: Kind) -> str:
    found = [f"{_LIMITS[name]} {limits[name]}" for name in limits if name in _LIMITS]
    if not found:
        return describe_type(kind)
    return f"{describe_type(kind)}, {' and '.join(found)}"


def quote_names(names: Iterable[Any]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def describe_value(value: Any) -> str:
    """Return the type of a value in words, and itself if it cannot hold
    a secret.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    for kind, words in _VALUES:
        if isinstance(value, kind):
            return words
    return "another value"
