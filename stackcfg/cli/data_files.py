"""The files on the disk in `data plan`, `data copy` and `data verify`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from stackcfg.cli.data_copy import describe_size
from stackcfg.data.disk.checking import check_files
from stackcfg.data.disk.copying import copy_files
from stackcfg.data.disk.finding import find_files
from stackcfg.data.disk.moves import FileCounts, FileMove, FoundFiles
from stackcfg.errors import StackcfgError
from stackcfg.system.files import FileError, free_bytes, reason_of

Found = Mapping[FileMove, FoundFiles]


def find_all_files(moves: Iterable[FileMove]) -> dict[FileMove, FoundFiles]:
    """Return the files of each move that has some. Raises `DatabaseError`."""
    found = {move: find_files(move) for move in moves}
    return {move: files for move, files in found.items() if files is not None}


def copy_all_files(found: Found, *, again: bool) -> list[FileCounts]:
    """Copy the files that the new server looks for elsewhere.

    Raises `StackcfgError`.
    """
    due = {move: files for move, files in found.items() if move.is_due}
    _check_room(due)
    return [copy_files(move, files, again=again) for move, files in due.items()]


def _check_room(due: Found) -> None:
    """Raise `StackcfgError` if a disk has no room for the copies."""
    for move, files in due.items():
        folder = os.path.dirname(move.target)
        free = free_bytes(folder)
        if free < files.bytes:
            message = (
                f"the disk of {folder} has {describe_size(free)} free, "
                f"and the files of '{move.store}' take {describe_size(files.bytes)}"
            )
            raise StackcfgError(message, hint="make room and run this again")


def check_all_files(found: Found) -> list[FileCounts]:
    """Compare the files with those at their targets. Raises `FileError`."""
    due = {move: files for move, files in found.items() if not move.left}
    try:
        return [check_files(move, files) for move, files in due.items()]
    except OSError as error:
        message = f"cannot be read: {reason_of(error)}"
        raise FileError(str(error.filename), message) from None
