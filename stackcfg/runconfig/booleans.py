"""Booleans as pydantic reads them: words and numbers count as well as `true`."""

from __future__ import annotations

from stackcfg.light_typing import Any

_WORDS = {
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
    **dict.fromkeys(("0", "off", "f", "false", "n", "no"), False),
}


def as_pydantic_bool(value: Any) -> bool | None:
    """Return the boolean that pydantic 2 reads; None if it refuses."""
    if isinstance(value, str):
        return _WORDS.get(value.lower())
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    return None
