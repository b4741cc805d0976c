"""What was copied to a place, recorded beside the copies.

A server changes its databases, and deletes uploads, once it was started. The
record tells what a copy brought from what became of it later: the SHA-256 sum of
each file by its path below the source, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from stackcfg.data.disk.moves import RECORD, FileMove
from stackcfg.system.files import read_bytes, write_file


def read_record(move: FileMove, kind: str = RECORD) -> Mapping[str, str] | None:
    """Return what was recorded at a target; None where nothing was."""
    try:
        found = json.loads(read_bytes(move.record(kind)))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_record(move: FileMove, found: Mapping[str, str], kind: str = RECORD) -> None:
    """Record that all of a move was done. Raises `FileError`."""
    write_file(move.record(kind), json.dumps(found, indent=0) + "\n")
