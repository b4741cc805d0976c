"""The copy of `data copy`: database by database, each after a backup."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import NamedTuple

from stackcfg.cli.copy_progress import CopyProgress, log_begin, log_end
from stackcfg.data.copy import copy_moves, find_done_moves
from stackcfg.data.engines.drivers import hint_after_writes
from stackcfg.data.engines.opening import Readers, database_exists
from stackcfg.data.independence import group_dependent
from stackcfg.data.locations import Database
from stackcfg.data.moves import Move
from stackcfg.data.result import CopyCounts, UpgradeResult
from stackcfg.errors import StackcfgError
from stackcfg.system.file_writing import back_up_with, make_folder
from stackcfg.system.log_file import LogFile
from stackcfg.system.pace import Pace

METADATA = "metadata"

Destinations = Mapping[Database, Sequence[Move]]


class CopyChoices(NamedTuple):
    """How rows are copied.

    `again` repeats what was done before; backups go to `backup_folder`,
    or beside their files. At most `jobs` databases are written at once,
    with at most `rate` rows a second (0: no limit).
    """

    again: bool = False
    backup_folder: str = ""
    jobs: int = 1
    rate: int = 0
    log_file: str = ""


class _Copy(NamedTuple):
    """What the copies into all databases share; `done` are those that ended."""

    result: UpgradeResult
    choices: CopyChoices
    progress: CopyProgress
    log: LogFile
    done: list[str]


def copy_rows(
    result: UpgradeResult, choices: CopyChoices, log: LogFile, color: bool | None
) -> None:
    """Do all moves that have rows and add what was done to the result.

    Raises `StackcfgError`, which then names the databases that were
    written before.
    """
    first, last = destinations_with_rows(result)
    destinations = {**first, **last}
    moving = [move for moves in destinations.values() for move in moves]
    total = sum(result.rows[move] for move in moving)
    progress = CopyProgress(total, color, Pace(choices.rate), log)
    copy = _Copy(result, choices, progress, log, [])
    try:
        for part in (first, last):
            _copy_groups(part, copy)
    except StackcfgError as error:
        raise _add_done(error, copy.done) from None
    finally:
        progress.hide()
    _add_idle_moves(result)


@contextmanager
def name_continuation() -> Iterator[None]:
    """Name the command that goes on after a failure: what is done stays done."""
    command = f"continue with: stackcfg {shlex.join(sys.argv[1:])}"
    try:
        yield
    except KeyboardInterrupt:
        print(f"interrupted; {command}", file=sys.stderr)
        raise
    except StackcfgError as error:
        error.hint = "; ".join(filter(None, [error.hint, command]))
        raise


def _add_done(error: StackcfgError, done: Sequence[str]) -> StackcfgError:
    """Return an error that says which databases were written before."""
    if not done:
        return error
    message = f"{error.message} (done: {', '.join(done)})"
    return error.replace(message=message, hint=hint_after_writes(error.hint))


def _copy_groups(destinations: Destinations, copy: _Copy) -> None:
    """Copy into databases, into several at once where the user allows it."""

    def copy_group(group: Sequence[Database]) -> None:
        for database in group:
            _copy_into(database, destinations[database], copy)

    groups = group_dependent(destinations)
    if copy.choices.jobs == 1 or len(groups) < 2:
        for group in groups:
            copy_group(group)
        return
    with ThreadPoolExecutor(copy.choices.jobs) as pool:
        started = [pool.submit(copy_group, group) for group in groups]
        try:
            for each in as_completed(started):
                each.result()
        except BaseException as error:
            # after a failure, what is being written is finished
            if not isinstance(error, StackcfgError):
                copy.progress.stop()
            pool.shutdown(cancel_futures=True)
            raise


def destinations_with_rows(result: UpgradeResult) -> tuple[Destinations, Destinations]:
    """Return the databases that get rows, with their moves, those to
    write last apart.

    The database of the registry is the last: a store is listed only
    once its rows are there.
    """
    first: dict[Database, Sequence[Move]] = {}
    last: dict[Database, Sequence[Move]] = {}
    for database, moves in result.plan.destinations().items():
        found = [move for move in moves if result.rows[move]]
        if any(move.kind.use == METADATA for move in found):
            last[database] = found
        elif found:
            first[database] = found
    return first, last


def _add_idle_moves(result: UpgradeResult) -> None:
    """Put the counts into the order of the plan, zeros for moves without rows."""
    counted = {counts.move: counts for counts in result.copies}
    moves = [move for move in result.plan.moves if not move.is_idle]
    result.copies = [counted.get(move) or CopyCounts(move) for move in moves]


def _copy_into(database: Database, moves: Sequence[Move], copy: _Copy) -> None:
    name = database.describe()
    copy.progress.work_on(name)
    readers = Readers()
    try:
        copy.result.copies += _copy_or_find_done(database, moves, readers, copy)
    finally:
        readers.close()
    copy.done.append(name)


def _copy_or_find_done(
    database: Database, moves: Sequence[Move], readers: Readers, copy: _Copy
) -> list[CopyCounts]:
    """Return what is in a database after a copy, or was after an earlier one."""
    result, choices = copy.result, copy.choices
    upgrade = result.plan.upgrade
    begun = time.monotonic()
    if not choices.again:
        done = find_done_moves(moves, upgrade, readers)
        if done is not None:
            copy.log.write(f"{database.describe()}: done by an earlier run")
            return done
    # An open reader would keep a writer of the same file waiting.
    readers.close()
    log_begin(copy.log, database, moves, result)
    if database.file:
        _prepare_file(database, result, choices.backup_folder)
        if database.file in result.backups:
            copy.log.write(
                f"{database.file} is kept as {result.backups[database.file]}"
            )
    by_size = sorted(moves, key=lambda move: result.rows[move], reverse=True)
    counts = copy_moves(
        database,
        by_size,
        upgrade,
        readers,
        copy.progress.advance,
        again=choices.again,
        is_paced=bool(choices.rate),
    )
    log_end(copy.log, database, counts, time.monotonic() - begun)
    return counts


def _prepare_file(database: Database, result: UpgradeResult, folder: str) -> None:
    """Create the folder of a new file, or make a backup of one that
    holds tables.
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
