"""Values of a run config as strings."""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any


def as_string(value: Any) -> str:
    """Return a value as a string: 5432 and "5432" are one port, null is empty."""
    if value is None:
        return ""
    return str(value)


def with_string_keys(value: Any) -> Any:
    """Return data in which every mapping key is a string."""
    # most values are strings, and the test of `Mapping` is ten times slower
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [with_string_keys(item) for item in value]
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101
        return {str(key): with_string_keys(item) for key, item in value.items()}
    return value


def is_integer(value: object) -> bool:
    """Return whether a value is an integer; in Python a boolean is one, too."""
    return isinstance(value, int) and not isinstance(value, bool)
