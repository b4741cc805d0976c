"""The exit codes of every command, and which one counts for several files."""

from __future__ import annotations

OK = 0
FINDINGS = 1
FAILED = 2
PARTIAL = 3
INTERRUPTED = 130
OUTPUT_CLOSED = 141

_RANK = {OK: 0, FINDINGS: 1, PARTIAL: 2, FAILED: 3}


def worst(codes: list[int]) -> int:
    """Return the exit code of several files: 2 beats 3 beats 1."""
    return max(codes, key=_RANK.__getitem__, default=OK)
