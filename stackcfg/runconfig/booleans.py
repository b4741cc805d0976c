"""What pydantic makes of a value where a config model has a boolean: words and numbers count as well as `true`."""

from __future__ import annotations

from typing import Any, Final

_WORDS: Final = {
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
    **dict.fromkeys(("0", "off", "f", "false", "n", "no"), False),
}


def as_pydantic_bool(value: Any) -> bool | None:
    """The boolean that a value becomes; None for one that is refused, or that nobody can tell.

    Source: the conversion table of pydantic 2, the same in every release.
    """
    if isinstance(value, str):
        return _WORDS.get(value.lower())
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else None
