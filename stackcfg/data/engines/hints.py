"""What to do about an error of a database's driver, by words of its message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

OTHERWISE: Final = "nothing was written"


def find_hint(reason: str, hints: Sequence[tuple[str, str]]) -> str:
    """Return the hint whose words are in a message; the first of several."""
    for words, hint in hints:
        if words in reason:
            return hint
    return OTHERWISE
