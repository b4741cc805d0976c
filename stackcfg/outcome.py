"""What became of one file: data for reports and for the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stackcfg.migration import Migration

OK: Final = 0
FINDINGS: Final = 1
FAILED: Final = 2
PARTIAL: Final = 3

_RANK: Final = {OK: 0, FINDINGS: 1, PARTIAL: 2, FAILED: 3}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file was refused: one line, its place (0 where there is none), and what to do."""

    message: str
    line: int = 0
    column: int = 0
    hint: str = ""


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


def worst(codes: list[int]) -> int:
    """The exit code of several files: 2 beats 3 beats 1."""
    return max(codes, key=_RANK.__getitem__, default=OK)
