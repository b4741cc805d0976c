"""The files on the disk in `data plan`, `data copy` and `data verify`,
and whether the disks have room for all that a copy writes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from stackcfg.cli.data_copy import CopyChoices, destinations_with_rows
from stackcfg.data.chunk_stores.completing import check_chunks, complete_chunks
from stackcfg.data.chunk_stores.moves import ChunkCounts, ChunkMove
from stackcfg.data.copy import find_done_moves
from stackcfg.data.disk.copying import (
    back_up_files,
    check_files,
    copy_files,
    count_missing_bytes,
    find_files,
    read_record,
    write_record,
)
from stackcfg.data.disk.moves import COMPLETED, FileMove, FoundFiles
from stackcfg.data.engines.opening import Readers, database_exists
from stackcfg.data.locations import Database
from stackcfg.data.result import UpgradeResult
from stackcfg.errors import StackcfgError
from stackcfg.system.file_copies import explain_reads
from stackcfg.system.files import disk_of, free_bytes
from stackcfg.system.pace import Pace


def find_all_files(moves: Iterable[FileMove]) -> dict[FileMove, FoundFiles]:
    """Return the files of each move that has some. Raises `DatabaseError`."""
    found = {move: find_files(move) for move in moves}
    return {move: files for move, files in found.items() if files is not None}


def copy_all_files(
    result: UpgradeResult,
    choices: CopyChoices,
) -> None:
    """Copy the files that the new server looks for elsewhere, and complete chunks.

    Raises `StackcfgError`.
    """
    due = {move: files for move, files in result.files.items() if move.is_due}
    done, again = Pace(choices.rate).wait_after_bytes, choices.again
    for move, files in due.items():
        result.file_counts.append(copy_files(move, files, done, again=again))
    kept = {each.move for each in result.file_counts if each.differing}
    for chunks in result.plan.chunk_stores:
        # another database in the place of an old one is not touched
        if _has_chunks(chunks, result) and chunks.files not in kept:
            result.chunk_counts.append(_complete(chunks, result, choices))


def _has_chunks(chunks: ChunkMove, result: UpgradeResult) -> bool:
    return chunks.is_remote or chunks.files in result.files


def _complete(
    chunks: ChunkMove,
    result: UpgradeResult,
    choices: CopyChoices,
) -> ChunkCounts:
    move = chunks.files
    if chunks.is_remote:
        # what is complete there stays as it is, so that no record is needed
        return complete_chunks(chunks, result.plan.upgrade.vector_stores)
    if not choices.again and read_record(move, COMPLETED) is not None:
        return ChunkCounts(chunks, done_before=True)
    if move.in_place:
        result.backups[move.target] = back_up_files(move, choices.backup_folder)
    counts = complete_chunks(chunks, result.plan.upgrade.vector_stores)
    write_record(move, {"R4": f"{counts.completed} of {counts.chunks}"}, COMPLETED)
    return counts


def check_all_files(result: UpgradeResult) -> None:
    """Compare files with those at their targets, and chunks with what they become.

    Raises `DatabaseError`, `FileError`.
    """
    due = {move: files for move, files in result.files.items() if not move.left}
    stores = result.plan.upgrade.vector_stores
    with explain_reads():
        for move, files in due.items():
            result.file_counts.append(check_files(move, files))
        for chunks in result.plan.chunk_stores:
            if chunks.files in due or chunks.is_remote:
                result.chunk_counts.append(check_chunks(chunks, stores))


MIB = 1024 * 1024

Need = tuple[str, int]
"""A folder, and how many bytes are written into it."""


def check_room(result: UpgradeResult, choices: CopyChoices, readers: Readers) -> None:
    """Raise `StackcfgError` if a disk has no room for files, backups and copies.

    What an earlier run has written takes no more room. Raises
    `DatabaseError`.
    """
    needs = [
        *_needs_of_files(result, choices),
        *_needs_of_chunks(result, choices),
        *_needs_of_databases(result, choices, readers),
    ]
    needed: Counter[int] = Counter()
    folders: dict[int, str] = {}
    for folder, count in needs:
        disk = disk_of(folder)
        needed[disk] += count
        folders.setdefault(disk, folder)
    for disk, folder in folders.items():
        free = free_bytes(folder)
        if free < needed[disk]:
            message = (
                f"the disk of {folder or '.'} has {_describe(free)} free, and "
                f"files, backups and copies can take {_describe(needed[disk])}"
            )
            raise StackcfgError(message, hint="make room and run this again")


def _needs_of_files(result: UpgradeResult, choices: CopyChoices) -> Iterator[Need]:
    for move, files in result.files.items():
        if move.is_due:
            count = count_missing_bytes(move, files, again=choices.again)
            yield os.path.dirname(move.target), count


def _needs_of_chunks(result: UpgradeResult, choices: CopyChoices) -> Iterator[Need]:
    """Yield the backups of databases whose chunks are completed where they are."""
    for chunks in result.plan.chunk_stores:
        move = chunks.files
        if not move.in_place or move not in result.files:
            continue
        if choices.again or read_record(move, COMPLETED) is None:
            folder = choices.backup_folder or os.path.dirname(move.target)
            yield folder, result.files[move].bytes


def _needs_of_databases(
    result: UpgradeResult, choices: CopyChoices, readers: Readers
) -> Iterator[Need]:
    upgrade = result.plan.upgrade
    first, last = destinations_with_rows(result)
    for database, moves in {**first, **last}.items():
        if not database.file:
            continue
        is_new = choices.again or find_done_moves(moves, upgrade, readers) is None
        if is_new:
            folder = os.path.dirname(database.file)
            yield choices.backup_folder or folder, _file_bytes([database])
            yield folder, _file_bytes({move.source.database for move in moves})


def _file_bytes(databases: Iterable[Database]) -> int:
    files = [each.file for each in databases if each.file and database_exists(each)]
    return sum(map(os.path.getsize, files))


def _describe(count: int) -> str:
    """Return a number of bytes in MiB."""
    return f"{count / MIB:,.1f} MiB"
