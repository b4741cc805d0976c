"""Whether the disks have room for all that `data copy` will write, before it writes anything."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from stackcfg.cli.data_copy import CopyChoices, destinations_with_rows
from stackcfg.data.copy import find_done_moves
from stackcfg.data.disk.copying import count_missing_bytes, read_record
from stackcfg.data.disk.moves import COMPLETED
from stackcfg.data.engines.opening import Readers, database_exists
from stackcfg.data.locations import Database
from stackcfg.data.result import UpgradeResult
from stackcfg.errors import StackcfgError
from stackcfg.system.files import disk_of, free_bytes

MIB = 1024 * 1024

Need = tuple[str, int]
"""A folder, and how many bytes are written into it."""


def check_room(result: UpgradeResult, choices: CopyChoices, readers: Readers) -> None:
    """Raise `StackcfgError` if a disk has no room for files, backups and copies.

    What an earlier run has written takes no more room. Raises `DatabaseError`.
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
