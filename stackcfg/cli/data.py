"""The commands `data plan`, `data copy` and `data verify`: read both configs, open the databases, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from stackcfg.cli.errors import RefusalError
from stackcfg.cli.exit_codes import FAILED, FINDINGS, OK, PARTIAL
from stackcfg.cli.problems import problem_from_error
from stackcfg.data.copy import (
    ConflictError,
    are_moves_done,
    copy_moves,
    count_rows,
    count_unmoved_rows,
)
from stackcfg.data.engines.opening import Readers, database_exists
from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.environment import MissingVariableError
from stackcfg.data.locations import Database, home_folder_for
from stackcfg.data.moves import Move, UpgradePlan
from stackcfg.data.plan import plan_upgrade
from stackcfg.data.registry import find_registry_version, read_registered_stores
from stackcfg.data.result import COPY, DRY_RUN, PLAN, VERIFY, CopyCounts, UpgradeResult
from stackcfg.data.running_servers import running_servers
from stackcfg.data.stored_rows import (
    ConfigSide,
    StoredRows,
    find_stored_rows,
    read_config_side,
)
from stackcfg.data.upgrade import Upgrade
from stackcfg.data.verify import verify_move
from stackcfg.loading.errors import InputError
from stackcfg.releases import stores as facts
from stackcfg.releases.families import Target, describe_releases
from stackcfg.releases.stores import StoreField
from stackcfg.system.files import (
    FileError,
    back_up_with,
    free_bytes,
    make_folder,
    read_file,
)
from stackcfg.system.output import print_to_terminal, write_stdout

if TYPE_CHECKING:
    from stackcfg.system.progress import RowProgress

METADATA: Final = "metadata"


@dataclass(frozen=True, slots=True)
class Options:
    """What a data command is asked to do: `source` and `target` are the releases where somebody named them."""

    action: str
    old: str
    new: str
    source: Target | None = None
    target: Target | None = None
    declared: tuple[StoreField, ...] = ()
    format: str = "table"
    again: bool = False
    while_running: bool = False
    color: bool | None = None


def run(options: Options) -> int:
    """Do it; the exit code."""
    readers = Readers()
    try:
        outcome = _outcome(options, readers, os.environ)
    except (
        MissingVariableError,
        DatabaseError,
        ConflictError,
        RefusalError,
        FileError,
    ) as error:
        print(
            f"error: {error.message if isinstance(error, FileError) else error}",
            file=sys.stderr,
        )
        return FAILED
    except _SideError as error:
        print(error, file=sys.stderr)
        return FAILED
    finally:
        readers.close()
    _report(outcome, options)
    return _code(outcome)


class _SideError(Exception):
    """One of the two files cannot be read: the line that says which and why."""


def _side(
    name: str, asked: Target | None, options: Options, variables: Mapping[str, str]
) -> ConfigSide:
    catalog = (
        facts.with_declared_fields(options.declared)
        if options.declared
        else facts.load_store_fields()
    )
    try:
        return read_config_side(name, read_file(name), asked, catalog, variables)
    except (InputError, FileError) as error:
        problem = problem_from_error(error)
    place = f":{problem.line}:{problem.column}" if problem.line else ""
    raise _SideError(
        f"{name}{place}: error: {problem.message}{f'; {problem.hint}' if problem.hint else ''}"
    )


def _outcome(
    options: Options, readers: Readers, variables: Mapping[str, str]
) -> UpgradeResult:
    catalog = (
        facts.with_declared_fields(options.declared)
        if options.declared
        else facts.load_store_fields()
    )
    old = _side(options.old, options.source, options, variables)
    new = _side(options.new, options.target, options, variables)
    if new.last < old.releases[0]:
        raise RefusalError(
            f"{options.new} is for an earlier release than {options.old}: there is no way back"
        )
    old = replace(
        old, releases=tuple(each for each in old.releases if each <= new.last)
    )
    upgrade = Upgrade(old, new, home_folder_for(new.last, variables))
    before, after = (
        find_stored_rows(old, catalog, upgrade.home),
        find_stored_rows(new, catalog, upgrade.home),
    )
    for side, found, option in ((old, before, "--from"), (new, after, "--target")):
        _settle(side, found, option)
    drawn = plan_upgrade(before, after, upgrade, catalog)
    if options.action == COPY:
        _make_sure(drawn, options)
    drawn = replace(drawn, upgrade=_informed(drawn, readers))
    outcome = UpgradeResult(options.action, old, new, drawn)
    for move in drawn.moves:
        outcome.rows[move] = count_rows(move, drawn.upgrade, readers)
        if not outcome.rows[move] and readers.get(move.source.database) is None:
            outcome.absent.add(move)
    if drawn.moves and len(outcome.absent) == len(drawn.moves):
        names = ", ".join(
            sorted({move.source.database.describe() for move in drawn.moves})[:3]
        )
        raise RefusalError(
            f"none of the old databases is there ({names}, …); are the variables those of the server?"
        )
    left = {
        stay: count_unmoved_rows(stay, drawn.upgrade, readers) for stay in drawn.unmoved
    }
    outcome.unmoved = {stay: rows for stay, rows in left.items() if rows != 0}
    if options.action == COPY:
        _copy(outcome, readers, options)
    elif options.action in (VERIFY, DRY_RUN):
        _verify(outcome, readers, options)
    return outcome


def _settle(side: ConfigSide, found: Sequence[StoredRows], option: str) -> None:
    """See that the releases a file can be for agree on the family of each store. Raises `RefusalError`."""
    open_ones = [f"'{each.consumer}'" for each in found if not each.is_sure]
    if open_ones:
        raise RefusalError(
            f"{side.name} can be for {describe_releases(frozenset(side.releases))}, of which some keep "
            f"{', '.join(open_ones)} in a KV store and some in a SQL one: name its release with {option}"
        )


def _informed(drawn: UpgradePlan, readers: Readers) -> Upgrade:
    """The upgrade with what the old registry tells."""
    upgrade = drawn.upgrade
    for move in drawn.moves:
        source = (
            readers.get(move.source.database) if move.kind.use == METADATA else None
        )
        if source is not None:
            version = find_registry_version(source, move, upgrade)
            stores = read_registered_stores(source, move, version, upgrade)
            return replace(upgrade, registry_version=version, vector_stores=stores)
    return upgrade


def _make_sure(drawn: UpgradePlan, options: Options) -> None:
    """See that no server uses the databases, and roll back what an interrupted copy left in those that are written.

    Raises `RefusalError`, `DatabaseError`.
    """
    destinations = drawn.destinations()
    if not options.while_running:
        sources = {move.source.database for move in drawn.moves}
        found = running_servers(
            (drawn.upgrade.old, drawn.upgrade.new), {*destinations, *sources}
        )
        if found:
            hint = "stop it and start again (--while-running copies all the same)"
            raise RefusalError(f"a server still runs: {'; '.join(found)}; {hint}")
    for database in destinations:
        if database.file:
            from stackcfg.data.engines.sqlite import roll_back_journal

            roll_back_journal(database.file)


def _copy(outcome: UpgradeResult, readers: Readers, options: Options) -> None:
    """Do all moves that have rows, database by database. Raises `RefusalError` and tells what was done until then."""
    destinations = _with_rows(outcome)
    sources = {
        move.source.database for moves in destinations.values() for move in moves
    }
    _make_room(destinations, sources)
    progress = _progress(
        sum(outcome.rows[move] for moves in destinations.values() for move in moves),
        options,
    )
    done: list[str] = []
    try:
        for database, moves in destinations.items():
            progress.name(database.describe())
            outcome.copies += _into(
                database, moves, outcome, readers, options, progress
            )
            done.append(database.describe())
    except (DatabaseError, ConflictError, FileError) as error:
        words = error.message if isinstance(error, FileError) else str(error)
        before = f" (done before: {', '.join(done)})" if done else ""
        raise RefusalError(f"{words}{before}") from None
    finally:
        progress.stop()
    tallied = {tally.move: tally for tally in outcome.copies}
    outcome.copies = [
        tallied.get(move) or CopyCounts(move)
        for move in outcome.plan.moves
        if not move.is_idle
    ]


def _with_rows(outcome: UpgradeResult) -> dict[Database, tuple[Move, ...]]:
    """The databases that rows go to. That of the registry comes last: a store is listed once its rows are there."""
    found = {
        database: tuple(move for move in moves if outcome.rows[move])
        for database, moves in outcome.plan.destinations().items()
    }
    order = sorted(
        found,
        key=lambda database: any(move.kind.use == METADATA for move in found[database]),
    )
    return {database: found[database] for database in order if found[database]}


def _into(
    database: Database,
    moves: Sequence[Move],
    outcome: UpgradeResult,
    readers: Readers,
    options: Options,
    progress: RowProgress,
) -> list[CopyCounts]:
    """Do the moves into one database, after a backup."""
    if not options.again and are_moves_done(moves, outcome.plan.upgrade, readers):
        return [CopyCounts(move, done_before=True) for move in moves]
    readers.close()  # a reader would keep a writer of the same file waiting
    if database.file:
        _prepare(database, outcome)
    return copy_moves(
        database,
        moves,
        outcome.plan.upgrade,
        readers,
        progress.advance,
        again=options.again,
    )


def _prepare(database: Database, outcome: UpgradeResult) -> None:
    """Make the folder of a file, or keep a backup of the file; one that holds nothing yet needs none."""
    from stackcfg.data.engines.sqlite import SqliteReader, back_up_database

    if not database_exists(database):
        make_folder(database.file)
        return
    reader = SqliteReader(database.file)
    empty = not reader.tables("")
    reader.close()
    if not empty:
        name, _ = back_up_with(
            database.file, lambda copy: back_up_database(database.file, copy)
        )
        outcome.backups[database.file] = name


def _make_room(destinations: Mapping[Database, object], sources: set[Database]) -> None:
    """Raises `RefusalError` where a disk has no room for backups and copies."""
    needed: dict[str, int] = {}
    for database in (each for each in destinations if each.file):
        folder = os.path.dirname(database.file)
        size = os.path.getsize(database.file) if database_exists(database) else 0
        needed[folder] = needed.get(folder, 0) + size
    copied_bytes = sum(
        os.path.getsize(each.file)
        for each in sources
        if each.file and database_exists(each)
    )
    for folder, size in needed.items():
        wanted = size + copied_bytes
        free = free_bytes(folder)
        if free < wanted:
            words = f"has {_bytes(free)} free, and backups and copies can take {_bytes(wanted)}"
            raise RefusalError(
                f"the disk of {folder} {words}: make room and start again"
            )


def _bytes(number: int) -> str:
    return f"{number / 1024 / 1024:,.1f} MiB"


def _verify(outcome: UpgradeResult, readers: Readers, options: Options) -> None:
    moves = [move for move in outcome.plan.moves if move not in outcome.absent]
    progress = _progress(sum(outcome.rows[move] for move in moves), options)
    try:
        for move in moves:
            progress.name(move.consumer)
            outcome.checks.append(
                verify_move(move, outcome.plan.upgrade, readers, progress.advance)
            )
    finally:
        progress.stop()


def _progress(total: int, options: Options) -> RowProgress:
    from stackcfg.system.progress import RowProgress

    return RowProgress(total, options.color)


def _code(outcome: UpgradeResult) -> int:
    if outcome.action == VERIFY and not outcome.is_complete:
        return FINDINGS
    if outcome.action in (COPY, DRY_RUN) and outcome.needs_action:
        return PARTIAL
    return OK


def _report(outcome: UpgradeResult, options: Options) -> None:
    if options.format == "json":
        from stackcfg.reports.data import json as data_json

        write_stdout(data_json.render(outcome))
        return
    from stackcfg.reports.data import text as data_text
    from stackcfg.system.terminal import terminal_width, wants_color

    look = data_text.Look(
        wants_color(sys.stdout, options.color), terminal_width(sys.stdout)
    )
    print_to_terminal("".join(f"{line}\n" for line in _lines(outcome, look)))


def _lines(outcome: UpgradeResult, look: object) -> Iterator[str]:
    from stackcfg.reports.data import text as data_text

    assert isinstance(look, data_text.Look)
    yield from {
        PLAN: data_text.planned,
        COPY: data_text.copied,
        VERIFY: data_text.verified,
        DRY_RUN: data_text.dry,
    }[outcome.action](outcome, look)
