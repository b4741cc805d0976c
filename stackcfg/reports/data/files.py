"""Files on the disk in the reports of the data commands: tables, and a
line for each fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stackcfg.data.chunk_stores.moves import ChunkCounts
from stackcfg.data.disk.moves import FileCounts
from stackcfg.data.result import UpgradeResult
from stackcfg.releases.versions import format_release
from stackcfg.reports.console.colors import Lines
from stackcfg.reports.console.listing import join_some
from stackcfg.reports.console.tables import Cell
from stackcfg.reports.data.cells import colored_count, present_count
from stackcfg.reports.data.remarks import ACTION, MAX_KEYS, table_above

PLAN_HEADINGS: Final = ("files of", "files", "bytes", "from", "to")
COPY_HEADINGS: Final = ("files of", "files", "copied", "present", "differ", "to")
CHECK_HEADINGS: Final = ("files of", "files", "present", "missing", "differ", "in")

COMPLETED_HEADINGS: Final = ("chunks of", "chunks", "completed", "present")
CHECKED_HEADINGS: Final = ("chunks of", "chunks", "present", "missing", "differ")


def report_plan(result: UpgradeResult, folder: str, width: int) -> Lines:
    """Yield which files are where, and where they go."""
    rows = []
    for move, found in result.files.items():
        target = _short(move.target, folder)
        if move.in_place:
            target = "stay there"
        source = _short(move.source, folder)
        rows.append((move.store, str(found.count), f"{found.bytes:,}", source, target))
    yield from table_above(PLAN_HEADINGS, rows, width, range(1, 3))
    for each in result.plan.chunk_stores:
        if each.is_remote or each.files in result.files:
            release = format_release(result.plan.upgrade.target)
            yield f"info: chunks of '{each.files.store}' are completed for {release} (R4)"


def report_copy(result: UpgradeResult, folder: str, width: int) -> Lines:
    """Yield which files were copied."""
    rows = [_copy_row(each, folder) for each in result.file_counts]
    yield from table_above(COPY_HEADINGS, rows, width, range(1, 5))
    chunks = [_completed_row(each) for each in result.chunk_counts]
    yield from table_above(COMPLETED_HEADINGS, chunks, width, range(1, 4))


def report_checks(result: UpgradeResult, folder: str, width: int) -> Lines:
    """Yield which files are where the new server looks for them."""
    rows = [_check_row(each, folder) for each in result.file_counts]
    yield from table_above(CHECK_HEADINGS, rows, width, range(1, 5))
    chunks = [_checked_row(each) for each in result.chunk_counts]
    yield from table_above(CHECKED_HEADINGS, chunks, width, range(1, 5))


def remarks(result: UpgradeResult, folder: str) -> Lines:
    """Yield which files are not as they should be, and which are left."""
    for each in result.file_counts:
        target = _short(each.move.target, folder)
        words = f"of '{each.move.store}' in {target}"
        if each.missing:
            names = _join(each.missing)
            count = len(each.missing)
            yield f"{ACTION}: {count} files {words} are missing: {names}"
        if each.differing:
            names = _join(each.differing)
            reason = _explain_difference(each)
            yield f"{ACTION}: {reason} {words}: {names}"
    for chunks in result.chunk_counts:
        for words, keys in (
            ("missing", chunks.missing),
            ("not as they must be", chunks.differing),
        ):
            if keys:
                text = f"{len(keys)} of '{chunks.move.store}' are {words}"
                yield f"{ACTION}: {text}: {_join(keys)}"
    for move in result.files_left:
        count = result.files[move].count
        source = _short(move.source, folder)
        words = f"{count} files of '{move.store}' ({source}) are not copied"
        yield f"{ACTION}: {words}: {move.left}"


def _explain_difference(counts: FileCounts) -> str:
    if counts.move.prefix:
        return f"{len(counts.differing)} other files were kept"
    return "another database was kept, and nothing was copied"


def total(result: UpgradeResult) -> Lines:
    """Yield how many files were or will be copied, nothing where there are none."""
    due = [found for move, found in result.files.items() if move.is_due]
    if due and not result.file_counts:
        size = sum(found.bytes for found in due)
        yield f"files to copy: {sum(found.count for found in due)}, {size:,} bytes"
    copied = sum(each.copied for each in result.file_counts)
    if copied:
        yield f"files copied: {copied}"


def _copy_row(counts: FileCounts, folder: str) -> Sequence[Cell]:
    target = _short(counts.move.target, folder)
    if counts.done_before:
        return counts.move.store, "done before", "-", "-", "-", target
    return (
        counts.move.store,
        str(counts.files),
        colored_count(counts.copied, "green"),
        str(counts.present),
        colored_count(len(counts.differing), "red"),
        target,
    )


def _check_row(counts: FileCounts, folder: str) -> Sequence[Cell]:
    return (
        counts.move.store,
        str(counts.files),
        present_count(counts.present, counts.is_complete),
        colored_count(len(counts.missing), "red"),
        colored_count(len(counts.differing), "red"),
        _short(counts.move.target, folder),
    )


def _completed_row(counts: ChunkCounts) -> Sequence[Cell]:
    if counts.done_before:
        return counts.move.files.store, "done before", "-", "-"
    completed = colored_count(counts.completed, "green")
    store = counts.move.files.store
    return store, str(counts.chunks), completed, str(counts.present)


def _checked_row(counts: ChunkCounts) -> Sequence[Cell]:
    return (
        counts.move.files.store,
        str(counts.chunks),
        present_count(counts.present, counts.is_complete),
        colored_count(len(counts.missing), "red"),
        colored_count(len(counts.differing), "red"),
    )


def _join(names: Sequence[str]) -> str:
    shown = [name or "the file" for name in names]
    return join_some(shown, MAX_KEYS)


def _short(path: str, folder: str) -> str:
    return path.removeprefix(folder)
