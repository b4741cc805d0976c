"""What a migration gives back: the new text, and what happened to each run config in it."""

from __future__ import annotations

from typing import NamedTuple

from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.stores.visibility import StoreVisibility
from stackcfg.yamltext.document import Position


class MigrationNote(NamedTuple):
    """A note at its place in the file; `severity` is `info`, `check` or `action required`."""

    severity: str
    message: str
    position: Position


class ConfigResult(NamedTuple):
    """What became of one run config.

    `place` is where it stands in the file, empty for the file itself. `fits` are the releases that it was for before,
    in words, `proof` the lines that say so; both empty where nobody asked.
    """

    place: str
    changed: bool
    rows: tuple[StoreVisibility, ...]
    findings: tuple[MigrationNote, ...]
    fits: str = ""
    proof: tuple[int, ...] = ()


class MigrationResult(NamedTuple):
    """A migrated text, proved, with what happened to each run config in it."""

    text: str
    changed: bool
    configs: tuple[ConfigResult, ...]

    @property
    def partial(self) -> bool:
        """Whether a person must finish it."""
        return any(
            finding.severity == ACTION_REQUIRED
            for config in self.configs
            for finding in config.findings
        )
