"""What became of one file that was to be migrated: data for reports and for the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from stackcfg.diagnostics import Problem
from stackcfg.migration import Migration


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file with its migration or its problem. `backup` names the backup that was made."""

    file: str
    migration: Migration | None = None
    problem: Problem | None = None
    backup: str | None = None

    @property
    def status(self) -> str:
        """One word: refused, partial, migrated or unchanged."""
        if self.problem is not None or self.migration is None:
            return "refused"
        if self.migration.partial:
            return "partial"
        return "migrated" if self.migration.changed else "unchanged"
