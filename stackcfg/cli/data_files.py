"""The files on the disk in `data plan`, `data copy` and `data verify`."""

from __future__ import annotations

from collections.abc import Iterable

from stackcfg.cli.copy_progress import Pace
from stackcfg.cli.data_copy import CopyChoices
from stackcfg.data.chunk_stores.completing import check_chunks, complete_chunks
from stackcfg.data.chunk_stores.moves import ChunkCounts, ChunkMove
from stackcfg.data.disk.copying import (
    back_up_files,
    check_files,
    copy_files,
    read_record,
    write_record,
)
from stackcfg.data.disk.finding import find_files
from stackcfg.data.disk.moves import COMPLETED, FileMove, FoundFiles
from stackcfg.data.result import UpgradeResult
from stackcfg.system.file_copies import explain_reads


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
