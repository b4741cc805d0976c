"""What to do about an error of a database's driver, by words of its message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NOTHING_WRITTEN: Final = "nothing was written"


def find_hint(reason: str, hints: Sequence[tuple[str, str]]) -> str:
    """Return the hint whose words are in a message; the first of several."""
    for words, hint in hints:
        if words in reason:
            return hint
    return NOTHING_WRITTEN


def hint_after_writes(hint: str) -> str:
    """Return the hint for an error before which something was written that stays."""
    return hint.replace(NOTHING_WRITTEN, "nothing more was written")
