"""Names and numbers one behind the other in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def count_words(number: int, word: str) -> str:
    """Return a number of things in words, `1 file` or `2 files`."""
    return f"1 {word}" if number == 1 else f"{number} {word}s"


def join_some(items: Sequence[object], most: int) -> str:
    """Return the first items, separated by commas, with `…` for any
    further ones.
    """
    words = ", ".join(map(str, items[:most]))
    if len(items) > most:
        words += ", …"
    return words


def count_decisions(count: int) -> str:
    """Return how many items need a decision: `1 item needs your decision`."""
    if count == 1:
        return "1 item needs your decision"
    return f"{count} items need your decision"
