"""The migration report for programs: `schemas/migrate-report-v2.json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.migration.result import ConfigResult, MigratedFile, MigrationNote
from stackcfg.reports.json_document import (
    Location,
    Problem,
    describe_location,
    describe_problem,
    fill_shape,
    to_json,
)
from stackcfg.reports.migrate.formats import Context
from stackcfg.reports.shape import OneOf, Ordinal, Shape
from stackcfg.stores.visibility import (
    NO_ROWS_YET,
    NOT_VISIBLE,
    PARTLY_VISIBLE,
    VISIBLE,
    StoreVisibility,
)

VISIBILITIES = OneOf(VISIBLE, PARTLY_VISIBLE, NOT_VISIBLE, NO_ROWS_YET)


class MigratedStore(Shape):
    """One store: where its rows were, where the new server looks, whether it sees them."""

    store: str
    backend: str
    before: Location | None
    after: Location | None
    visibility: Annotated[str, VISIBILITIES]
    reason: str


class UnusedBackend(Shape):
    """A backend of the new file that no store is on, and the database that it names."""

    backend: str
    location: Location | None


class MigrationFinding(Shape):
    """Something to know, to check or to decide, at its line (1-based, columns in characters)."""

    severity: Annotated[str, OneOf(ACTION_REQUIRED, CHECK, INFO)]
    message: str
    line: Ordinal
    column: Ordinal


class MigratedConfig(Shape):
    """One run config; `place` is where it is in the file, empty for the file itself.

    `releases` are those that the config was for before, in words;
    `proof_lines` are the lines that say so.
    """

    place: str
    changed: bool
    releases: str
    proof_lines: list[int]
    stores: list[MigratedStore]
    findings: list[MigrationFinding]
    unused_backends: list[UnusedBackend] | None = None


class FileReport(Shape):
    """What was done with one file; `partial` means that action is required.

    `target` is the release family or release that it is for now.
    `data_command` copies the stored rows to where the new server reads
    them, given where any of them is not visible to it; OLD and NEW in
    it stand for files without a known name, as a chart that Helm
    renders. `new_file` has the result where the old file stays.
    `runbook` are the steps in which a deployment is rolled out, in
    order.
    """

    file: str
    status: Annotated[str, OneOf("migrated", "partial", "unchanged", "refused")]
    target: str | None = None
    problem: Problem | None = None
    backup: str | None = None
    data_command: str | None = None
    changed: bool | None = None
    configs: list[MigratedConfig] | None = None
    new_file: str | None = None
    runbook: list[str] | None = None


class MigrateReport(Shape):
    """The whole report; `target` is that of all files, empty where they have several."""

    version: Literal[2]
    target: str
    layout: Annotated[str, OneOf("consolidate", "preserve")]
    files: list[FileReport]


def render(results: Sequence[MigratedFile], context: Context) -> str:
    """Return all results as one JSON document, without credentials."""
    files = [describe_file(each) for each in results]
    targets = {each.target for each in files if each.target is not None}
    target = ""
    if len(targets) == 1:
        [target] = targets
    return to_json(MigrateReport(2, target, context.layout, files))


def describe_file(result: MigratedFile) -> FileReport:
    """Return the entry of the report for one file."""
    migration = result.migration
    if not migration:
        problem = describe_problem(result.problem)
        return FileReport(result.file, result.status, problem=problem)
    return FileReport(
        result.file,
        result.status,
        migration.target.name,
        backup=result.backup,
        data_command=result.data_command or None,
        changed=migration.changed,
        configs=[_describe_config(each) for each in migration.configs],
        new_file=result.new_file,
        runbook=list(migration.runbook) or None,
    )


def _describe_config(config: ConfigResult) -> MigratedConfig:
    return fill_shape(
        MigratedConfig,
        config,
        releases=config.was_for,
        stores=[_describe_store(each) for each in config.stores],
        findings=[_describe_note(each) for each in config.notes],
        unused_backends=_describe_backends(config) or None,
    )


def _describe_backends(config: ConfigResult) -> list[UnusedBackend]:
    return [
        UnusedBackend(name, describe_location(location))
        for name, location in config.unused_backends
    ]


def _describe_store(store: StoreVisibility) -> MigratedStore:
    return fill_shape(
        MigratedStore,
        store,
        before=describe_location(store.before),
        after=describe_location(store.after),
        visibility=store.status,
    )


def _describe_note(note: MigrationNote) -> MigrationFinding:
    return MigrationFinding(note.severity, note.message, *note.position)
