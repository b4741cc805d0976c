"""The data report for programs, described by `schemas/data-report-v2.json`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from stackcfg.data.disk.moves import FileMove
from stackcfg.data.locations import RowLocation
from stackcfg.data.moves import Move, Unmoved
from stackcfg.data.result import (
    COPY,
    DRY_RUN,
    PLAN,
    VERIFY,
    CopyCounts,
    UpgradeResult,
    VerifyCounts,
)
from stackcfg.data.row_rule import Skipped
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.releases.versions import format_release
from stackcfg.reports.data.formats import Context
from stackcfg.reports.json_document import fill_shape, to_json
from stackcfg.reports.shape import Count, OneOf, Ordinal, Shape


class RowsLocation(Shape):
    """Where rows are: a sqlite file by its path, a database of a server by host, port and name.

    Credentials are never part of it.
    """

    engine: str
    address: list[str]
    table: str
    prefix: str


class SkippedRows(Shape):
    """Why rows are not copied, how many, and whether they need manual action."""

    reason: str
    rows: Count
    action_required: bool


class CopyResult(Shape):
    """What a copy did with the rows of a store.

    `present` rows were in the target before; `differing` names the keys
    of rows that are in the target with other content. `copied_before`:
    an earlier run did it all.
    """

    rows: Count
    added: Count
    completed: Count
    present: Count
    differing: list[str]
    copied_before: bool
    skipped: list[SkippedRows]


class VerifyResult(Shape):
    """How many of the expected rows are present.

    The checksums are SHA-256 over keys and contents in order.
    """

    rows: Count
    present: Count
    missing: list[str]
    differing: list[str]
    expected_checksum: str
    found_checksum: str
    skipped: list[SkippedRows]


class StoreMove(Shape):
    """One store: its rows, from where to where they go, and the rules that apply.

    `rows` is null if the old database does not exist.
    """

    store: str
    kind: str
    rows: Count | None
    source: RowsLocation
    target: RowsLocation
    rules: list[str]
    in_place: bool
    copied: CopyResult | None = None
    verified: VerifyResult | None = None


class UnmovedRows(Shape):
    """Rows that are not copied, how many (null if the database is not opened), and why."""

    store: str
    kind: str
    rows: Ordinal | None
    location: RowsLocation
    reason: str
    action_required: bool


class CopiedFiles(Shape):
    """What a copy did with the files of a provider.

    `present` files were in the target before; `differing` are paths at
    which the target holds other files. `copied_before`: an earlier run
    copied them all.
    """

    files: Count
    copied: Count
    present: Count
    differing: list[str]
    copied_before: bool


class VerifiedFiles(Shape):
    """How many of the expected files are in the target, by their SHA-256 sums."""

    files: Count
    present: Count
    missing: list[str]
    differing: list[str]


class ChunksOfStore(Shape):
    """The chunks of a database among the files: completed by a copy, or verified.

    `completed_before`: an earlier run completed them all.
    """

    chunks: Count
    completed: Count
    present: Count
    missing: list[str]
    differing: list[str]
    completed_before: bool


class FilesOfStore(Shape):
    """The files on the disk of a provider: from where to where they go.

    `left` says why they are not copied, and is null where they are, or
    stay in place. `chunks` is about a database whose chunks lack what
    the new release asks for.
    """

    store: str
    source: str
    target: str
    in_place: bool
    files: Count
    bytes: Count
    left: str | None
    copied: CopiedFiles | None = None
    verified: VerifiedFiles | None = None
    chunks: ChunksOfStore | None = None


class ConfigOfReleases(Shape):
    """A run config and the releases that it is for."""

    file: str
    releases: list[str]


class DataReport(Shape):
    """The whole report. `backups` names the copy that was kept of each written file."""

    version: Literal[2]
    action: Annotated[str, OneOf(PLAN, COPY, VERIFY, DRY_RUN)]
    old: ConfigOfReleases
    new: ConfigOfReleases
    moves: list[StoreMove]
    unmoved: list[UnmovedRows]
    files: list[FilesOfStore]
    backups: dict[str, str]


def render(result: UpgradeResult, _context: Context) -> str:
    """Return a result as one JSON document, without credentials."""
    report = DataReport(
        version=2,
        action=result.action,
        old=_describe_config(result.old),
        new=_describe_config(result.new),
        moves=[_describe_move(each, result) for each in result.plan.moves],
        unmoved=[_describe_unmoved(*each) for each in result.unmoved.items()],
        files=[_describe_files(each, result) for each in result.files],
        backups=result.backups,
    )
    return to_json(report)


def _describe_config(side: ConfigSide) -> ConfigOfReleases:
    return ConfigOfReleases(side.name, [format_release(each) for each in side.releases])


def _describe_move(move: Move, result: UpgradeResult) -> StoreMove:
    rows = None
    if move not in result.absent:
        rows = result.rows[move]
    copies = [_describe_copy(each) for each in result.copies if each.move is move]
    checks = [_describe_check(each) for each in result.checks if each.move is move]
    return fill_shape(
        StoreMove,
        move,
        kind=move.kind.rows,
        rows=rows,
        source=_describe_location(move.source),
        target=_describe_location(move.target),
        rules=move.rule_ids,
        copied=next(iter(copies), None),
        verified=next(iter(checks), None),
    )


def _describe_copy(counts: CopyCounts) -> CopyResult:
    skipped = _describe_skipped(counts.skipped)
    before = counts.done_before
    return fill_shape(CopyResult, counts, copied_before=before, skipped=skipped)


def _describe_check(counts: VerifyCounts) -> VerifyResult:
    return fill_shape(
        VerifyResult,
        counts,
        expected_checksum=counts.expected,
        found_checksum=counts.found,
        skipped=_describe_skipped(counts.skipped),
    )


def _describe_skipped(skipped: Counter[Skipped]) -> list[SkippedRows]:
    return [
        SkippedRows(each.reason, count, each.needs_action)
        for each, count in skipped.items()
    ]


def _describe_unmoved(unmoved: Unmoved, rows: int | None) -> UnmovedRows:
    return fill_shape(
        UnmovedRows,
        unmoved,
        kind=unmoved.kind.rows,
        rows=rows,
        location=_describe_location(unmoved.location),
        action_required=unmoved.needs_action,
    )


def _describe_files(move: FileMove, result: UpgradeResult) -> FilesOfStore:
    copied: CopiedFiles | None = None
    verified: VerifiedFiles | None = None
    for each in result.file_counts:
        if each.move is move and result.action == COPY:
            copied = fill_shape(CopiedFiles, each, copied_before=each.done_before)
        elif each.move is move:
            verified = fill_shape(VerifiedFiles, each)
    found = result.files[move]
    return fill_shape(
        FilesOfStore,
        move,
        files=found.count,
        bytes=found.bytes,
        left=move.left or None,
        copied=copied,
        verified=verified,
        chunks=_describe_chunks(move, result),
    )


def _describe_chunks(move: FileMove, result: UpgradeResult) -> ChunksOfStore | None:
    for each in result.chunk_counts:
        if each.move.files is move:
            before = each.done_before
            return fill_shape(ChunksOfStore, each, completed_before=before)
    return None


def _describe_location(location: RowLocation) -> RowsLocation:
    database = location.database
    address = list(database.address)
    return RowsLocation(database.engine, address, location.table, location.prefix)
