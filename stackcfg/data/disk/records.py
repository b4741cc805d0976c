"""What was copied to a place, recorded beside the copies.

A server changes its databases, and deletes uploads, once it was started. The
record tells what a copy brought from what became of it later: the SHA-256 sum of
each file by its path below the source, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from stackcfg.data.disk.moves import FileMove
from stackcfg.system.files import read_bytes, write_file


def read_record(move: FileMove) -> Mapping[str, str] | None:
    """Return the sums of the files that were copied; None where none were."""
    try:
        found = json.loads(read_bytes(move.record))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_record(move: FileMove, sums: Mapping[str, str]) -> None:
    """Record that all files of a move were copied. Raises `FileError`."""
    write_file(move.record, json.dumps(sums, indent=0) + "\n")
