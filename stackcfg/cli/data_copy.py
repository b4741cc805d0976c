"""The copy of `data copy`: database by database, each after a backup."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stackcfg.data.copy import copy_moves, find_done_moves
from stackcfg.data.engines.opening import Readers, database_exists
from stackcfg.data.locations import Database
from stackcfg.data.moves import Move
from stackcfg.data.result import CopyCounts, UpgradeResult
from stackcfg.errors import StackcfgError
from stackcfg.system.files import back_up_with, free_bytes, make_folder
from stackcfg.system.progress import RowProgress

METADATA = "metadata"
MIB = 1024 * 1024

Destinations = Mapping[Database, Sequence[Move]]


class CopyChoices(NamedTuple):
    """How rows are copied.

    `again` repeats what was done before; backups go to `backup_folder`, or beside
    their files.
    """

    again: bool = False
    backup_folder: str = ""


def copy_rows(
    result: UpgradeResult, readers: Readers, choices: CopyChoices, color: bool | None
) -> None:
    """Do all moves that have rows and add what was done to the result.

    Raises `StackcfgError`, which then names the databases that were written
    before.
    """
    destinations = _moves_with_rows(result)
    _check_room(destinations)
    moving = [move for moves in destinations.values() for move in moves]
    progress = RowProgress(sum(result.rows[move] for move in moving), color)
    done: list[str] = []
    try:
        for database, moves in destinations.items():
            name = database.describe()
            progress.name = name
            _copy_into(database, moves, result, readers, choices, progress)
            done.append(name)
    except StackcfgError as error:
        before = ""
        if done:
            before = f" (done: {', '.join(done)}; the same command goes on from there)"
        raise StackcfgError(f"{error}{before}") from None
    finally:
        progress.hide()
    _add_idle_moves(result)


def _moves_with_rows(result: UpgradeResult) -> Destinations:
    """Return the databases that get rows, with their moves.

    The database of the registry is the last: a store is listed only once its
    rows are there.
    """
    first: dict[Database, Sequence[Move]] = {}
    last: dict[Database, Sequence[Move]] = {}
    for database, moves in result.plan.destinations().items():
        found = [move for move in moves if result.rows[move]]
        if any(move.kind.use == METADATA for move in found):
            last[database] = found
        elif found:
            first[database] = found
    return first | last


def _add_idle_moves(result: UpgradeResult) -> None:
    """Put the counts into the order of the plan, zeros for moves without rows."""
    counted = {counts.move: counts for counts in result.copies}
    moves = [move for move in result.plan.moves if not move.is_idle]
    result.copies = [counted.get(move) or CopyCounts(move) for move in moves]


def _copy_into(
    database: Database,
    moves: Sequence[Move],
    result: UpgradeResult,
    readers: Readers,
    choices: CopyChoices,
    progress: RowProgress,
) -> None:
    upgrade = result.plan.upgrade
    if not choices.again:
        done = find_done_moves(moves, upgrade, readers)
        if done is not None:
            result.copies += done
            return
    # An open reader would keep a writer of the same file waiting.
    readers.close()
    if database.file:
        _prepare_file(database, result, choices.backup_folder)
    result.copies += copy_moves(
        database, moves, upgrade, readers, progress.advance, again=choices.again
    )


def _prepare_file(database: Database, result: UpgradeResult, folder: str) -> None:
    """Create the folder of a new file, or make a backup of one that holds
    tables.
    """
    from stackcfg.data.engines.sqlite import SqliteReader, back_up_database

    file = database.file
    if not database_exists(database):
        make_folder(file)
        return
    reader = SqliteReader(file)
    is_empty = not reader.tables("")
    reader.close()
    if not is_empty:
        name, _ = back_up_with(file, lambda copy: back_up_database(file, copy), folder)
        result.backups[file] = name


def _check_room(destinations: Destinations) -> None:
    """Raise `StackcfgError` if a disk has no room for backups and copies."""
    moving = [move for moves in destinations.values() for move in moves]
    copied_bytes = _file_bytes({move.source.database for move in moving})
    folders: dict[str, list[Database]] = {}
    for database in destinations:
        if database.file:
            folder = os.path.dirname(database.file)
            folders.setdefault(folder, []).append(database)
    for folder, databases in folders.items():
        needed = _file_bytes(databases) + copied_bytes
        free = free_bytes(folder)
        if free < needed:
            message = (
                f"the disk of {folder} has {describe_size(free)} free, "
                f"and backups and copies can take {describe_size(needed)}"
            )
            raise StackcfgError(message, hint="make room and run this again")


def _file_bytes(databases: Iterable[Database]) -> int:
    files = [each.file for each in databases if each.file and database_exists(each)]
    return sum(map(os.path.getsize, files))


def describe_size(count: int) -> str:
    """Return a number of bytes in MiB."""
    return f"{count / MIB:,.1f} MiB"
