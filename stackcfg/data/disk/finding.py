"""Finds the files of moves on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from stackcfg.data.disk.moves import OWN, FileMove, FoundFiles
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.system.file_copies import list_files, read_size

COMPANIONS: Final = ("-wal", "-journal")
"""What sqlite writes beside a file, and needs to read it."""


def find_files(move: FileMove) -> FoundFiles | None:
    """Return the files of a move; None where its source does not exist.

    Raises `DatabaseError` where a folder cannot be read.
    """
    try:
        if os.path.isdir(move.source):
            return FoundFiles(dict(_find_below(move)))
        if not os.path.exists(move.source):
            return None
        return FoundFiles(dict(_find_beside(move.source)))
    except OSError as error:
        hint = "see whether you may read it and its folder"
        reason = f"cannot be read ({error.strerror})"
        raise DatabaseError(error.filename or move.source, reason, hint) from None


def _find_below(move: FileMove) -> Iterator[tuple[str, int]]:
    inside = os.path.relpath(move.target, move.source) + os.sep
    for name, size in list_files(move.source).items():
        if name.startswith((OWN, inside)):
            continue
        # other things can be in a folder of uploads
        if not move.prefix or (name.startswith(move.prefix) and os.sep not in name):
            yield name, size


def _find_beside(path: str) -> Iterator[tuple[str, int]]:
    for suffix in ("", *COMPANIONS):
        size = read_size(path + suffix)
        if size is not None:
            yield suffix, size


def path_below(root: str, name: str) -> str:
    """Return the path of a file that was found below a root, or is the root."""
    if not name or name in COMPANIONS:
        return root + name
    return os.path.join(root, name)
