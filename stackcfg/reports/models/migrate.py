"""The JSON migration report, version 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.reports.models.location import DatabaseLocation
from stackcfg.reports.models.shape import OneOf, Ordinal, Problem, Shape
from stackcfg.stores.visibility import (
    NO_ROWS_YET,
    NOT_VISIBLE,
    PARTLY_VISIBLE,
    VISIBLE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedStore(Shape):
    """One store: where its rows were, where the new server looks, whether it sees them."""

    store: str
    backend: str
    before: DatabaseLocation | None
    after: DatabaseLocation | None
    visibility: Annotated[str, OneOf(VISIBLE, PARTLY_VISIBLE, NOT_VISIBLE, NO_ROWS_YET)]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationFinding(Shape):
    """Something to know, to check or to decide, at its line (1-based, columns in characters)."""

    severity: Annotated[str, OneOf(ACTION_REQUIRED, CHECK, INFO)]
    message: str
    line: Ordinal
    column: Ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedConfig(Shape):
    """One run config; `place` is where it is in the file, empty for the file itself.

    `releases` are those that the config was for before, in words; `proof_lines` are the
    lines that say so.
    """

    place: str
    changed: bool
    releases: str
    proof_lines: list[int]
    stores: list[MigratedStore]
    findings: list[MigrationFinding]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport(Shape):
    """What was done with one file; `partial` means that action is required.

    `data_command` copies the stored rows to where the new server reads them, given where
    any of them is not visible to it.
    """

    file: str
    status: Annotated[str, OneOf("migrated", "partial", "unchanged", "refused")]
    problem: Problem | None = None
    backup: str | None = None
    data_command: str | None = None
    changed: bool | None = None
    configs: list[MigratedConfig] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateReport(Shape):
    """The whole report."""

    version: Literal[2]
    target: str
    layout: Annotated[str, OneOf("consolidate", "preserve")]
    files: list[FileReport]
