"""Makes an input that fails smaller, as long as it fails in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tests.hostile.mutations.checks import Case, Failure, check

PATIENCE = 20
"""Seconds that an input is made smaller for."""


def shrink(case: Case, failure: Failure) -> Case:
    """Return a smaller case with the same failure."""
    until = time.monotonic() + PATIENCE

    def fails(text: str) -> bool:
        return check(replace(case, text=text)) == failure

    if not fails(case.text):
        return case
    lines = _shrink_parts(case.text.splitlines(True), fails, until)
    characters = _shrink_parts(list("".join(lines)), fails, until)
    return replace(case, text="".join(characters))


def _shrink_parts(
    parts: list[str], fails: Callable[[str], bool], until: float
) -> list[str]:
    """Leave out runs of parts, halves first, then ever shorter ones."""
    size = len(parts) // 2
    while size:
        start = 0
        while start < len(parts):
            if time.monotonic() > until:
                return parts
            shorter = parts[:start] + parts[start + size :]
            if fails("".join(shorter)):
                parts = shorter
            else:
                start += size
        size //= 2
    return parts
