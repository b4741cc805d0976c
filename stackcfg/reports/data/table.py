"""The reports of the data commands for people: rows, from where, to where."""

from __future__ import annotations

import os
from collections.abc import Sequence

from stackcfg.data.moves import explain_hidden_rows
from stackcfg.data.result import COPY, DRY_RUN, PLAN, VERIFY, UpgradeResult
from stackcfg.data.row_rules import row_rule_ids, row_rule_page
from stackcfg.light_typing import Final
from stackcfg.releases.families import describe_releases
from stackcfg.releases.versions import format_release
from stackcfg.reports.console.colors import Lines, join_lines, paint
from stackcfg.reports.console.listing import count_decisions
from stackcfg.reports.console.locations import most_common
from stackcfg.reports.data import cells, files, remarks
from stackcfg.reports.data.formats import Context


def render(result: UpgradeResult, context: Context) -> str:
    """Return the report on an action."""
    folder = _common_folder(result)
    lines = [*_head(result, folder)]
    lines += _REPORTS[result.action](result, folder, context.width)
    return join_lines(lines, context.colored)


def _report_plan(result: UpgradeResult, folder: str, width: int) -> Lines:
    moves = result.plan.moves
    rows = [cells.plan_row(move, result, folder) for move in moves]
    yield from remarks.table_above(cells.PLAN_HEADINGS, rows, width, range(1, 2))
    yield from files.report_plan(result, folder, width)
    yield from _describe_rules(result)
    yield from remarks.several_targets(result)
    for move in moves:
        hidden = explain_hidden_rows(move, result.plan.upgrade)
        if hidden and result.rows[move]:
            yield remarks.skipped(move, hidden, result.rows[move])
    yield from remarks.unmoved(result, folder)
    yield from files.remarks(result, folder)
    idle = sum(result.rows[move] for move in moves if move.is_idle)
    to_copy = sum(result.rows[move] for move in moves) - idle
    words = f"rows to copy or to complete: {to_copy}"
    if idle:
        words += f", read where they are: {idle}"
    yield from files.total(result)
    yield words


def _report_copy(result: UpgradeResult, folder: str, width: int) -> Lines:
    lines = [*_report_copied(result, folder, width)]
    yield from lines
    added = sum(each.added for each in result.copies)
    completed = sum(each.completed for each in result.copies)
    yield from files.total(result)
    yield _total(f"rows copied: {added}, completed: {completed}", lines)


def _report_copied(result: UpgradeResult, folder: str, width: int) -> Lines:
    rows = [cells.copy_row(counts, result, folder) for counts in result.copies]
    yield from remarks.table_above(cells.COPY_HEADINGS, rows, width, range(1, 7))
    yield from files.report_copy(result, folder, width)
    yield from remarks.several_targets(result)
    for counts in result.copies:
        words = "exist with other content, which was kept"
        yield from remarks.keys(counts.move, counts.differing, words)
        yield from remarks.all_skipped(counts)
    yield from remarks.unmoved(result, folder)
    yield from files.remarks(result, folder)
    for file, backup in result.backups.items():
        yield f"{file} is kept as {backup}"
    # A second run after a crash must not copy what was deleted since.
    copied_before = sum(each.done_before for each in result.copies)
    if copied_before:
        words = f"{copied_before} of {len(result.copies)} stores were copied before"
        yield f"{words}; --again copies rows that are missing since"


def _report_verify(result: UpgradeResult, folder: str, width: int) -> Lines:
    lines = [*_report_checks(result, folder, width)]
    yield from lines
    missing, differing = _count_wrong_rows(result)
    rows = sum(check.rows for check in result.checks)
    if not result.is_complete:
        left = _count_left_rows(result)
        yield f"rows missing: {missing}, different: {differing}, not copied: {left}"
    elif not result.is_certain:
        yield f"rows: {rows}, all present; others are in databases that are not opened"
    else:
        yield _total(f"rows: {rows}, all present", lines)


def _report_dry_run(result: UpgradeResult, folder: str, width: int) -> Lines:
    yield from _report_checks(result, folder, width)
    for rule in row_rule_ids():
        if result.changes[rule]:
            first_line, *_ = row_rule_page(rule).split("\n")
            words = f"rows that {rule} changes: {result.changes[rule]}"
            yield f"{words} ({first_line.rstrip('.')})"
    missing, differing = _count_wrong_rows(result)
    yield (
        f"rows that a copy would add: {missing}, "
        f"complete or leave as they are: {differing}; nothing was written"
    )


def _report_checks(result: UpgradeResult, folder: str, width: int) -> Lines:
    rows = [cells.check_row(check, folder) for check in result.checks]
    yield from remarks.table_above(cells.CHECK_HEADINGS, rows, width, range(1, 5))
    yield from files.report_checks(result, folder, width)
    for check in result.checks:
        yield from remarks.keys(check.move, check.missing, "are missing")
        yield from remarks.keys(check.move, check.differing, "differ")
        yield from remarks.all_skipped(check)
    yield from remarks.absent(result, folder)
    yield from remarks.unmoved(result, folder)
    yield from files.remarks(result, folder)


def _total(words: str, lines: Sequence[str]) -> str:
    """Return a last line, with how many of the lines above it need a decision."""
    actions = sum(line.startswith(remarks.ACTION) for line in lines)
    if actions:
        return f"{words}; {count_decisions(actions)}"
    return words


_REPORTS: Final = {
    PLAN: _report_plan,
    COPY: _report_copy,
    VERIFY: _report_verify,
    DRY_RUN: _report_dry_run,
}


def _count_wrong_rows(result: UpgradeResult) -> tuple[int, int]:
    """Return how many rows are missing, and how many differ."""
    missing = sum(len(check.missing) for check in result.checks)
    differing = sum(len(check.differing) for check in result.checks)
    return missing, differing


def _count_left_rows(result: UpgradeResult) -> int:
    """Return how many rows are left that need action."""
    skipped = [item for check in result.checks for item in check.skipped.items()]
    counts = [count for reason, count in skipped if reason.is_left]
    unmoved = [count for each, count in result.unmoved.items() if each.needs_action]
    return sum(counts) + sum(count for count in unmoved if count)


def _head(result: UpgradeResult, folder: str) -> Lines:
    sides = []
    for side in (result.old, result.new):
        releases = describe_releases(frozenset(side.releases))
        sides.append(f"{side.name} ({releases})")
    yield paint(" to ".join(sides), "strong")
    home = result.plan.upgrade.home
    if home and home.renamed:
        yield f"{home.old} was renamed to {home.new}: rows are looked for there"
    elif home:
        release = format_release(result.new.last)
        words = f"{release} renames {home.old} to {home.new} at its first start"
        yield f"{words}; until then rows are in {home.old}"
    if folder:
        yield f"files are in {folder}"
    yield ""


def _common_folder(result: UpgradeResult) -> str:
    """Return the folder of most files, with its separator; '' when no
    two share one.
    """
    locations = [
        each for move in result.plan.moves for each in (move.source, move.target)
    ]
    files = filter(None, (each.database.file for each in locations))
    return most_common([os.path.dirname(file) + os.sep for file in files])


def _describe_rules(result: UpgradeResult) -> Lines:
    """Yield what the rules of a plan do, a line each, and an empty line."""
    used: set[str] = set()
    for move in result.plan.moves:
        used.update(move.rule_ids)
    for rule in row_rule_ids():
        if rule in used:
            first_line, *_ = row_rule_page(rule).split("\n")
            yield f"  {rule:<4}{first_line.rstrip('.')}"
    yield from remarks.separate(used)
