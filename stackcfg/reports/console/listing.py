"""Names and numbers one behind the other in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def join_some(items: Sequence[object], most: int) -> str:
    """Return the first items, separated by commas, with `…` for any further
    ones.
    """
    words = ", ".join(map(str, items[:most]))
    if len(items) > most:
        words += ", …"
    return words
