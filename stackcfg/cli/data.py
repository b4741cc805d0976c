"""The commands `data plan`, `data copy` and `data verify`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from stackcfg.cli.copy_progress import log_failure, open_log
from stackcfg.cli.data_copy import METADATA, CopyChoices, copy_rows, name_continuation
from stackcfg.cli.data_files import (
    check_all_files,
    check_room,
    copy_all_files,
    find_all_files,
)
from stackcfg.cli.data_plan import Sides, plan_moves, select_stores
from stackcfg.cli.errors import print_error
from stackcfg.cli.exit_codes import FINDINGS, OK, PARTIAL
from stackcfg.data.copy import count_changes, count_rows, count_unmoved_rows
from stackcfg.data.engines.opening import Readers
from stackcfg.data.hindrances import (
    find_elsewhere,
    find_left_behind,
    find_refused_stores,
)
from stackcfg.data.locations import KV_SERVERS
from stackcfg.data.moves import Move, Unmoved, UpgradePlan
from stackcfg.data.registry import read_registry
from stackcfg.data.result import COPY, DRY_RUN, VERIFY, UpgradeResult
from stackcfg.data.running_servers import running_servers
from stackcfg.data.upgrade import Upgrade
from stackcfg.data.upload_paths import follow_uploads
from stackcfg.data.verify import verify_move
from stackcfg.errors import StackcfgError
from stackcfg.reports.data.formats import FORMATS, Context
from stackcfg.system.progress import RowProgress
from stackcfg.system.temporary import sweep_beside
from stackcfg.system.terminal import (
    print_to_terminal,
    terminal_width,
    wants_color,
    write_stdout,
)

DEFAULT_FORMAT = "table"
NAMED_DATABASES = 3
"""How many missing databases a message names."""


class NothingFoundError(StackcfgError):
    """None of the old databases holds a table of a server."""

    def __init__(self, plan: UpgradePlan, readers: Readers) -> None:
        databases = {move.source.database for move in plan.moves}
        names = sorted(each.describe() for each in databases)
        shown = ", ".join(names[:NAMED_DATABASES])
        lack = "exists"
        if any(readers.get(each) is not None for each in databases):
            lack = "has a table of a server"
        if any(each.engine in KV_SERVERS for each in databases):
            lack = "has a row of a server"
        message = f"none of the old databases {lack} ({shown}, …)"
        super().__init__(message, hint="are the variables those of the server?")


class Options(NamedTuple):
    """What a data command is asked to do.

    `action` is plan, copy, verify or dry-run.
    """

    action: str
    sides: Sides
    format: str = DEFAULT_FORMAT
    while_running: bool = False
    color: bool | None = None
    only: tuple[str, ...] = ()
    choices: CopyChoices = CopyChoices()


def run(options: Options) -> int:
    """Plan, copy or verify, and report; return the exit code."""
    readers = Readers()
    try:
        result = _upgrade(options, readers)
    except NothingFoundError as error:
        if options.action != VERIFY:
            raise
        print_error(error)
        return PARTIAL
    finally:
        readers.close()
    _print_report(result, options)
    return _exit_code(result)


def _upgrade(options: Options, readers: Readers) -> UpgradeResult:
    plan = plan_moves(options.sides, os.environ)
    # Before any database is read: it may hold half of an interrupted copy.
    if options.action == COPY:
        _check_servers(plan, options)
        _roll_back(plan)
    plan = replace(plan, upgrade=_read_registry(plan, readers))
    plan = follow_uploads(plan, readers)
    refused = find_refused_stores(plan)
    if options.action == COPY:
        _refuse_copy(refused)
    plan = select_stores(plan, options.only)
    upgrade = plan.upgrade
    result = UpgradeResult(options.action, upgrade.old, upgrade.new, plan)
    _count(result, readers)
    left_behind = find_left_behind(plan, result.rows)
    if options.action == COPY:
        _refuse_copy(left_behind)
    elsewhere = find_elsewhere(plan, result.absent)
    result.unmoved |= {**refused, **left_behind, **elsewhere}
    result.files = find_all_files(plan.files)
    if options.action == COPY:
        check_room(result, options.choices, readers)
        readers.close()
        _copy(result, options)
    elif options.action in (VERIFY, DRY_RUN):
        check_all_files(result)
        _verify(result, readers, options)
    return result


def _refuse_copy(refused: Iterable[Unmoved]) -> None:
    """Raise `StackcfgError` if the new server would not start after a
    copy, or would not find what was copied.
    """
    for each in refused:
        raise StackcfgError(f"nothing was copied: {each.reason}")


def _copy(result: UpgradeResult, options: Options) -> None:
    log = open_log(options.choices.log_file, result.plan)
    try:
        with name_continuation():
            # first, so that no row names a file that is not there
            copy_all_files(result, options.choices)
            copy_rows(result, options.choices, log, options.color)
        log.write(f"end: exit code {_exit_code(result)}")
    except BaseException as error:
        log_failure(log, error)
        raise
    finally:
        log.close()


def _check_servers(plan: UpgradePlan, options: Options) -> None:
    """Raise `StackcfgError` if a server uses one of the databases."""
    if options.while_running:
        return
    databases = {move.source.database for move in plan.moves}
    databases.update(plan.destinations())
    paths = [path for move in plan.files for path in (move.source, move.target)]
    signs = running_servers((plan.upgrade.old, plan.upgrade.new), databases, paths)
    if signs:
        hint = "stop it and run this again, or copy all the same with --while-running"
        raise StackcfgError(f"a server still runs: {'; '.join(signs)}", hint=hint)


def _roll_back(plan: UpgradePlan) -> None:
    """Undo what an interrupted copy left in the files that are to be written."""
    from stackcfg.data.engines.sqlite_files import roll_back_journal

    for database in plan.destinations():
        if database.file:
            sweep_beside(database.file)
            roll_back_journal(database.file)


def _read_registry(plan: UpgradePlan, readers: Readers) -> Upgrade:
    upgrade = plan.upgrade
    for move in plan.moves:
        if move.kind.use != METADATA:
            continue
        source = readers.get(move.source.database)
        if source is not None:
            found = read_registry(source, move, upgrade)
            return replace(
                upgrade, registry_version=found.version, vector_stores=found.stores
            )
    return upgrade


def _count(result: UpgradeResult, readers: Readers) -> None:
    """Count the rows that move and those that stay; note missing databases.

    Raises `NothingFoundError` if no server has written into any.
    """
    plan = result.plan
    for move in plan.moves:
        rows = count_rows(move, plan.upgrade, readers)
        result.rows[move] = rows
        if not rows and readers.get(move.source.database) is None:
            result.absent.add(move)
    found = (_is_found(move, result.rows[move], readers) for move in plan.moves)
    if plan.moves and not any(found):
        raise NothingFoundError(plan, readers)
    for stay in plan.unmoved:
        left = count_unmoved_rows(stay, plan.upgrade, readers)
        if left != 0:
            result.unmoved[stay] = left


def _is_found(move: Move, rows: int, readers: Readers) -> bool:
    """Return whether a server has written into an old location with some rows."""
    source = readers.get(move.source.database)
    if source is None:
        return False
    # a server of KV rows can be empty, and can be that of other programs
    if not source.keeps_tables:
        return rows > 0
    tables = [old for old, _ in move.tables] or [move.source.table]
    # rows that are made, or in tables of several names
    if move.chunks is not None or not all(tables):
        return bool(source.tables(""))
    return any(map(source.has_table, tables))


def _verify(result: UpgradeResult, readers: Readers, options: Options) -> None:
    moves = [move for move in result.plan.moves if move not in result.absent]
    total = sum(result.rows[move] for move in moves)
    upgrade = result.plan.upgrade
    progress = RowProgress(total, options.color)
    try:
        for move in moves:
            progress.name = move.store
            counts = verify_move(move, upgrade, readers, progress.advance)
            result.checks.append(counts)
            if result.action == DRY_RUN:
                result.changes += count_changes(move, upgrade, readers)
    finally:
        progress.hide()


def _exit_code(result: UpgradeResult) -> int:
    if result.action == VERIFY and not result.is_complete:
        return FINDINGS
    if result.action == VERIFY and not result.is_certain:
        return PARTIAL
    if result.action in (COPY, DRY_RUN) and result.needs_action:
        return PARTIAL
    return OK


def _print_report(result: UpgradeResult, options: Options) -> None:
    chosen = FORMATS[options.format]
    if chosen.is_document:
        write_stdout(chosen.render(result, Context()))
        return
    colored = wants_color(sys.stdout, options.color)
    context = Context(colored, terminal_width(sys.stdout))
    print_to_terminal(chosen.render(result, context))
