"""Performs a plan: all moves into one database in one transaction, or
none of them.

Rows are added, or completed where they were just read. Nothing is
deleted, and a row that is present and differs stays and is reported.

Each database records in the same transaction what was done in it
(`COPIES`). So an interrupted run goes on where it was, and a second run
does not bring back rows that were deleted since: where the rows came
before, a rule that is due only now just completes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from stackcfg.data.engines.database import Reader, Writer
from stackcfg.data.engines.drivers import hint_after_writes
from stackcfg.data.engines.opening import Readers, open_writer
from stackcfg.data.engines.protocol import Progress, Selection
from stackcfg.data.locations import Database
from stackcfg.data.moves import LOCATION_RULE, Move, Unmoved, explain_hidden_rows
from stackcfg.data.result import CopyCounts
from stackcfg.data.routes import route_of
from stackcfg.data.routes.chunks import find_chunk_tables
from stackcfg.data.routes.route import ConflictError, CopyRun
from stackcfg.data.upgrade import Upgrade
from stackcfg.errors import StackcfgError
from stackcfg.releases.stores import KV


def copy_moves(
    database: Database,
    moves: Sequence[Move],
    upgrade: Upgrade,
    readers: Readers,
    done: Progress,
    *,
    again: bool = False,
    is_paced: bool = False,
) -> list[CopyCounts]:
    """Do all moves into one database in one transaction.

    An empty table is filled fastest, so the move with most rows is best
    the first. `again` repeats moves that were done before. `is_paced`:
    `done` may wait, so that no statement may copy many rows at once.
    Raises `DatabaseError` and `ConflictError`; then nothing was
    written.
    """
    writer = open_writer(database, [move.source.database for move in moves])
    writer.is_paced = is_paced
    try:
        writer.begin()
        runs = []
        for move in moves:
            same_target = [each for each in moves if each.target == move.target]
            competing_moves = [each for each in same_target if each is not move]
            counts, target = CopyCounts(move), upgrade.target
            run = CopyRun(move, writer, readers, done, counts, competing_moves, target)
            _copy_move(run, upgrade, again=again)
            runs.append(run)
        writer.commit()
    except StackcfgError as error:
        writer.rollback()
        raise _explain_rest(error, writer.kept_rows) from None
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.close()
    return [run.counts for run in runs]


def _explain_rest(error: StackcfgError, kept_rows: int) -> StackcfgError:
    """Return the error that ends a copy with what the copy has written."""
    if kept_rows:
        message = f"{error.message} ({kept_rows} rows were written before)"
        hint = hint_after_writes(error.hint)
        hints = filter(None, [hint, "the same command goes on from there"])
        return StackcfgError(message, hint="; ".join(hints))
    if isinstance(error, ConflictError):
        message = f"{error.message}; nothing was written there"
        return StackcfgError(message, hint=error.hint)
    return error


def _copy_move(run: CopyRun, upgrade: Upgrade, *, again: bool) -> None:
    move = run.move
    source: Reader = run.writer
    if move.source.database != move.target.database:
        source = run.readers.get_or_empty(move.source.database)
    route = route_of(move, upgrade)
    records = move.records(upgrade)
    new = add_records(records, run.writer)
    run.left_before = read_left(move, run.writer)
    if not new and not again and not run.left_before:
        run.counts.done_before = True
        run.done(route.count(source))
        return
    # the record of the location is new where no row has come from there yet
    if again or LOCATION_RULE in new:
        run.adds = frozenset(records)
    elif move.in_place:
        run.adds = new
    route.copy(source, run)
    record_left(move, run.left_before, run.left, run.writer)
    # they are copied all the same: once they have a tenant, the server shows
    # them
    hidden = explain_hidden_rows(move, upgrade)
    if hidden is not None:
        run.skip(hidden, "", run.counts.rows)


def find_done_moves(
    moves: Sequence[Move], upgrade: Upgrade, readers: Readers
) -> list[CopyCounts] | None:
    """Return what is left of moves into a database if earlier runs did them.

    None where a move is new, or a row that was left can be brought by
    now. Raises `DatabaseError`.
    """
    target = readers.get_or_empty(moves[0].target.database)
    found = []
    for move in moves:
        if not has_records(move.records(upgrade).values(), target):
            return None
        counts = CopyCounts(move, done_before=True)
        source = readers.get_or_empty(move.source.database)
        left = read_left(move, target)
        for reason in route_of(move, upgrade).retry(source, readers, left):
            if reason is None:
                return None
            counts.skipped[reason] += 1
        hidden = explain_hidden_rows(move, upgrade)
        if hidden is not None:
            counts.skipped[hidden] += count_rows(move, upgrade, readers)
        found.append(counts)
    return found


def count_rows(move: Move, upgrade: Upgrade, readers: Readers) -> int:
    """Count the rows that a move reads or makes. Raises `DatabaseError`."""
    source = readers.get_or_empty(move.source.database)
    return route_of(move, upgrade).count(source)


def count_changes(move: Move, upgrade: Upgrade, readers: Readers) -> Counter[str]:
    """Count the old rows of a move that each rule changes, by its id.

    Raises `DatabaseError`.
    """
    source = readers.get_or_empty(move.source.database)
    return route_of(move, upgrade).count_changes(source)


def count_unmoved_rows(
    unmoved: Unmoved, upgrade: Upgrade, readers: Readers
) -> int | None:
    """Count rows that stay; None where the engine is not opened.

    Raises `DatabaseError`.
    """
    if unmoved.owner:
        stores = upgrade.vector_stores.values()
        return [each.get("provider_id") for each in stores].count(unmoved.owner)
    if not unmoved.location.is_copied:
        return None
    source = readers.get_or_empty(unmoved.location.database)
    if unmoved.chunks is not None:
        tables = [*find_chunk_tables(source, unmoved.chunks)]
    elif unmoved.location.family == KV:
        return _count_pairs(unmoved, source)
    else:
        names = (unmoved.location.table, *unmoved.kind.further)
        tables = [table for table in names if source.has_table(table)]
    return sum(map(source.count_rows, tables))


def _count_pairs(unmoved: Unmoved, source: Reader) -> int:
    table, prefix = unmoved.location.table, unmoved.location.prefix
    if not source.has_table(table):
        return 0
    # all rows of a store that is alone in its table, but for other namespaces
    prefixes = tuple(prefix + each for each in unmoved.keys.prefixes)
    if not prefixes and prefix:
        prefixes = (prefix,)
    return source.count_pairs(table, Selection(prefixes, unmoved.keys.without))


LEFT: Final = " left "


def add_records(records: Mapping[str, str], writer: Writer) -> frozenset[str]:
    """Record what a move does; return the rules whose records are new."""
    return frozenset(
        rule for rule, record in records.items() if writer.add_record(record)
    )


def has_records(records: Iterable[str], target: Reader) -> bool:
    """Return whether all records are in a database."""
    return all(map(target.has_record, records))


def read_left(move: Move, target: Reader) -> frozenset[str]:
    """Return the keys of old rows that earlier runs left.

    A record names each row that needs action: a later run tries these
    again, and no others.
    """
    start = target.as_record(move.way + LEFT)
    return frozenset(
        each.removeprefix(start) for each in target.records() if start in each
    )


def record_left(
    move: Move, before: Iterable[str], now: Iterable[str], writer: Writer
) -> None:
    """Record the rows that a move left, instead of those left before."""
    before, now = set(before), set(now)
    for key in sorted(before - now):
        writer.forget_record(move.way + LEFT + key)
    for key in sorted(now - before):
        writer.add_record(move.way + LEFT + key)
