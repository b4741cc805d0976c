"""The reports of the data commands for programs, described by `schemas/data-report-v2.json`."""

from __future__ import annotations

from collections import Counter

from stackcfg.data.locations import RowLocation
from stackcfg.data.moves import Move, Unmoved
from stackcfg.data.result import CopyCounts, UpgradeResult, VerifyCounts
from stackcfg.data.row_rule import Skipped
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.releases.versions import format_release
from stackcfg.reports.models.data import (
    ConfigOfReleases,
    CopyResult,
    DataReport,
    RowsLocation,
    SkippedRows,
    StoreMove,
    UnmovedRows,
    VerifyResult,
)
from stackcfg.reports.models.shape import to_json


def render(result: UpgradeResult) -> str:
    """Return a result as one JSON document, without credentials."""
    report = DataReport(
        version=2,
        action=result.action,
        old=_describe_config(result.old),
        new=_describe_config(result.new),
        moves=_describe_moves(result),
        unmoved=[
            _describe_unmoved(each, rows) for each, rows in result.unmoved.items()
        ],
        backups=result.backups,
    )
    return to_json(report)


def _describe_config(side: ConfigSide) -> ConfigOfReleases:
    releases = [format_release(each) for each in side.releases]
    return ConfigOfReleases(file=side.name, releases=releases)


def _describe_moves(result: UpgradeResult) -> list[StoreMove]:
    copied = {id(each.move): _describe_copy(each) for each in result.copies}
    verified = {id(each.move): _describe_check(each) for each in result.checks}
    return [
        StoreMove(
            store=move.consumer,
            kind=move.kind.rows,
            rows=_count_rows(move, result),
            source=_describe_location(move.source),
            target=_describe_location(move.target),
            rules=list(move.rule_ids),
            in_place=move.in_place,
            copied=copied.get(id(move)),
            verified=verified.get(id(move)),
        )
        for move in result.plan.moves
    ]


def _count_rows(move: Move, result: UpgradeResult) -> int | None:
    if move in result.absent:
        return None
    return result.rows[move]


def _describe_copy(counts: CopyCounts) -> CopyResult:
    return CopyResult(
        rows=counts.rows,
        added=counts.added,
        completed=counts.completed,
        present=counts.present,
        differing=counts.differing,
        copied_before=counts.done_before,
        skipped=_describe_skipped(counts.skipped),
    )


def _describe_check(counts: VerifyCounts) -> VerifyResult:
    return VerifyResult(
        rows=counts.rows,
        present=counts.present,
        missing=counts.missing,
        differing=counts.differing,
        expected_checksum=counts.expected,
        found_checksum=counts.found,
        skipped=_describe_skipped(counts.skipped),
    )


def _describe_skipped(skipped: Counter[Skipped]) -> list[SkippedRows]:
    return [
        SkippedRows(reason=each.reason, rows=count, action_required=each.needs_action)
        for each, count in skipped.items()
    ]


def _describe_unmoved(unmoved: Unmoved, rows: int | None) -> UnmovedRows:
    return UnmovedRows(
        store=unmoved.consumer,
        kind=unmoved.kind.rows,
        rows=rows,
        location=_describe_location(unmoved.location),
        reason=unmoved.reason,
        action_required=unmoved.needs_action,
    )


def _describe_location(location: RowLocation) -> RowsLocation:
    return RowsLocation(
        engine=location.database.engine,
        address=list(location.database.address),
        table=location.table,
        prefix=location.prefix,
    )
