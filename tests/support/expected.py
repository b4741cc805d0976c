"""Expected texts that are kept in files."""

from __future__ import annotations

from pathlib import Path

UPDATES = False
"""Whether this run rewrites expected texts (`--update-fixtures`)."""


def compare_with_file(actual: str, path: Path) -> None:
    """Compare a text with the expected one in a file, or rewrite the file where this run updates fixtures."""
    if UPDATES:
        if not path.exists() or path.read_bytes() != actual.encode():
            path.write_bytes(actual.encode())
        return
    assert actual == path.read_bytes().decode()
