"""The ways in which people write a release: `0.3`, `v0.3.5`, `ogx-1.5.0`."""

from __future__ import annotations

import re

from stackcfg.light_typing import Final

LATEST: Final = "latest"
"""The name of the newest release family."""

# a string, since a start without a target does not need it
_NAME: Final = r"(?ai)(?:(?:ogx|llama[-_]stack)(?:-|==))?v?(\d{1,4}(?:\.\d{1,4}){0,2})"


def bare_name(text: str) -> str:
    """Return the number in the name of a release, or `latest`, or the text."""
    word = text.strip()
    match = re.fullmatch(_NAME, word)
    if match is not None:
        return match.group(1)
    return word.lower()
