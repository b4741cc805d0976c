"""The migration report for programs: versioned, described by `schemas/migrate-report-v2.json`."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.migration.result import ConfigResult, MigratedFile, MigrationNote
from stackcfg.reports.models.location import describe_location
from stackcfg.reports.models.migrate import (
    FileReport,
    MigratedConfig,
    MigratedStore,
    MigrateReport,
    MigrationFinding,
)
from stackcfg.reports.models.shape import describe_problem, to_json
from stackcfg.stores.visibility import StoreVisibility


def render(results: Sequence[MigratedFile], target: str, layout: str) -> str:
    """Return all results as one JSON document, without credentials."""
    files = [describe_file(each) for each in results]
    return to_json(MigrateReport(version=2, target=target, layout=layout, files=files))


def describe_file(result: MigratedFile) -> FileReport:
    """Return the entry of the report for one file."""
    migration = result.migration
    if migration is None:
        problem = describe_problem(result.problem)
        return FileReport(file=result.file, status=result.status, problem=problem)
    return FileReport(
        file=result.file,
        status=result.status,
        backup=result.backup,
        data_command=result.data_command or None,
        changed=migration.changed,
        configs=[_describe_config(each) for each in migration.configs],
    )


def _describe_config(config: ConfigResult) -> MigratedConfig:
    return MigratedConfig(
        place=config.place,
        changed=config.changed,
        releases=config.was_for,
        proof_lines=list(config.proof_lines),
        stores=[_describe_store(each) for each in config.stores],
        findings=[_describe_finding(each) for each in config.notes],
    )


def _describe_store(row: StoreVisibility) -> MigratedStore:
    return MigratedStore(
        store=row.store,
        backend=row.backend,
        before=describe_location(row.before),
        after=describe_location(row.after),
        visibility=row.status,
        reason=row.reason,
    )


def _describe_finding(finding: MigrationNote) -> MigrationFinding:
    return MigrationFinding(
        severity=finding.severity,
        message=finding.message,
        line=finding.position.line,
        column=finding.position.column,
    )
