"""Finds files, copies them to where the new server looks for them, and verifies them.

Nothing is moved, deleted or overwritten. Of a database all files are
copied or none: two halves of two databases are none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from stackcfg.data.disk.moves import OWN, RECORD, FileCounts, FileMove, FoundFiles
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.system.file_copies import (
    copy_new,
    explain_reads,
    free_backup_name,
    hash_file,
    list_files,
    read_size,
)
from stackcfg.system.file_writing import write_file
from stackcfg.system.files import read_bytes


def copy_files(
    move: FileMove,
    found: FoundFiles,
    done: Callable[[int], None],
    *,
    again: bool,
) -> FileCounts:
    """Copy the files of a move that are not there yet.

    `done` takes how many more bytes were copied, and may wait. `again`
    copies files that were deleted since an earlier copy. Raises
    `FileError`.
    """
    counts = FileCounts(move, found.count)
    if not again and read_record(move) is not None:
        counts.done_before = True
        return counts
    with explain_reads():
        sums = _compare(move, found, counts)
    if counts.differing and not move.prefix:
        return counts
    for name in found.sizes:
        if name not in sums and name not in counts.differing:
            source, target = (
                path_below(move.source, name),
                path_below(move.target, name),
            )
            sums[name] = copy_new(source, target, done)
            counts.copied += 1
    if not counts.differing:
        write_record(move, {name: sums[name] for name in found.sizes})
    return counts


def count_missing_bytes(move: FileMove, found: FoundFiles, *, again: bool) -> int:
    """Return how many bytes a copy of files adds to the disk.

    Raises `FileError`.
    """
    if not again and read_record(move) is not None:
        return 0
    with explain_reads():
        return sum(
            size
            for name, size in found.sizes.items()
            if read_size(path_below(move.target, name)) is None
        )


def back_up_files(move: FileMove, folder: str) -> str:
    """Copy the files of a move that are written where they are; return where to.

    The backup is in a folder, or beside them. Raises `DatabaseError`,
    `FileError`.
    """
    place = move.target
    if folder:
        place = os.path.join(folder, os.path.basename(move.target))
    backup = free_backup_name(place)
    found = find_files(FileMove(move.store, move.target, backup))
    if found is None:
        return backup
    for name in found.sizes:
        copy_new(path_below(move.target, name), path_below(backup, name))
    return backup


def _compare(move: FileMove, found: FoundFiles, counts: FileCounts) -> dict[str, str]:
    """Return the sums of files that are there already; count those that differ."""
    sums: dict[str, str] = {}
    for name, size in found.sizes.items():
        target = path_below(move.target, name)
        present = read_size(target)
        if present is None:
            continue
        digest = hash_file(path_below(move.source, name))
        if present == size and hash_file(target) == digest:
            sums[name] = digest
            counts.present += 1
        else:
            counts.differing.append(name)
    return sums


def read_record(move: FileMove, kind: str = RECORD) -> Mapping[str, str] | None:
    """Return what was recorded at a target; None where nothing was.

    A server changes its databases, and deletes uploads, once it was
    started. The record tells what a copy brought from what became of it
    later: the SHA-256 sum of each file by its path below the source.
    """
    try:
        found = json.loads(read_bytes(move.record(kind)))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_record(move: FileMove, found: Mapping[str, str], kind: str = RECORD) -> None:
    """Record that all of a move was done. Raises `FileError`."""
    write_file(move.record(kind), json.dumps(found, indent=0) + "\n")


def check_files(move: FileMove, found: FoundFiles) -> FileCounts:
    """Compare the files of a move with those at its target, by SHA-256 sums.

    A database that was copied is the new server's own from then on, so
    what was copied is compared, as it was recorded, with the old files.
    Raises `OSError`.
    """
    counts = FileCounts(move, found.count)
    if move.in_place:
        counts.present = found.count
        return counts
    recorded = None if move.prefix else read_record(move)
    for name, size in found.sizes.items():
        _check_file(name, size, counts, recorded)
    return counts


def _check_file(
    name: str, size: int, counts: FileCounts, recorded: Mapping[str, str] | None
) -> None:
    source = path_below(counts.move.source, name)
    target = path_below(counts.move.target, name)
    present = read_size(target)
    # a server has files of a database come and go
    if present is None and (recorded is None or not name):
        counts.missing.append(name)
        return
    if recorded is not None:
        is_same = recorded.get(name) == hash_file(source)
    else:
        is_same = present == size and hash_file(target) == hash_file(source)
    if is_same:
        counts.present += 1
    else:
        counts.differing.append(name)


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
