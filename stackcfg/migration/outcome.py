"""What became of one file that was to be migrated: data for reports and for the exit code."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from stackcfg.loading.errors import Problem
from stackcfg.migration.result import MigrationResult
from stackcfg.stores.visibility import NOT_VISIBLE, PARTLY_VISIBLE


class MigratedFile(NamedTuple):
    """A file with its migration or its problem.

    `backup` names the backup that was made, `data_command` is what brings the stored data along, where any would look
    empty.
    """

    file: str
    migration: MigrationResult | None = None
    problem: Problem | None = None
    backup: str | None = None
    data_command: str = ""

    @property
    def status(self) -> str:
        """One word: refused, partial, migrated or unchanged."""
        if self.problem is not None or self.migration is None:
            return "refused"
        if self.migration.partial:
            return "partial"
        return "migrated" if self.migration.changed else "unchanged"


def data_command(
    migration: MigrationResult, old: str, new: str, target: str, source: str = ""
) -> str:
    """The command that brings the stored data along; empty where the new server sees all of it."""
    hidden = any(
        row.status in (NOT_VISIBLE, PARTLY_VISIBLE)
        for config in migration.configs
        for row in config.rows
    )
    if not hidden or not migration.changed:
        return ""
    words = [
        "stackcfg",
        "data",
        "copy",
        old,
        new,
        *(["--from", source] if source else []),
        "--target",
        target,
    ]
    return shlex.join(words)
