"""Whether values are the same: equal, of the same types, in the same order."""

from __future__ import annotations

from stackcfg.light_typing import Any


def has_same_values(one: Any, other: Any) -> bool:
    """Return whether plain data is the same: `1`, `1.0` and `true` are
    not, and the keys of a mapping have their order.
    """
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is dict:
        return _has_same_entries(one, other)
    if kind is list:
        return len(one) == len(other) and all(map(has_same_values, one, other))
    return is_same_scalar(one, other)


def is_same_scalar(one: Any, other: Any) -> bool:
    """Return whether two values that hold no others are the same."""
    if type(one) is not type(other):
        return False
    # not-a-number equals nothing, itself included
    return bool(one == other) or (one != one and other != other)


def _has_same_entries(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    if len(one) != len(other):
        return False
    if not all(map(is_same_scalar, one, other)):
        return False
    return all(map(has_same_values, one.values(), other.values()))
