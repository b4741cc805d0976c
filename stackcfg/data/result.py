"""What a data command found or did, for reports and for the exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from stackcfg.data.chunk_stores.moves import ChunkCounts
from stackcfg.data.disk.moves import FileCounts, FileMove, FoundFiles
from stackcfg.data.moves import Move, Unmoved, UpgradePlan
from stackcfg.data.row_rule import Skipped
from stackcfg.data.stored_rows import ConfigSide

PLAN, COPY, VERIFY, DRY_RUN = "plan", "copy", "verify", "dry-run"


@dataclass(slots=True)
class CopyCounts:
    """How many rows of one move were copied, completed or skipped.

    `rows` were read or made, `added` are new in the target, `completed`
    got what they lacked, `present` were in the target already.
    `differing` are the keys of rows that the target holds with other
    content. `skipped` counts rows by the reason. `done_before`: an
    earlier run did the move, so nothing was counted.
    """

    move: Move
    rows: int = 0
    added: int = 0
    completed: int = 0
    present: int = 0
    differing: list[str] = field(default_factory=list)
    skipped: Counter[Skipped] = field(default_factory=Counter)
    done_before: bool = False

    @property
    def needs_action(self) -> bool:
        """Return whether rows differ, or were skipped and need action."""
        return bool(self.differing) or any(each.needs_action for each in self.skipped)


@dataclass(slots=True)
class VerifyCounts:
    """How many rows of one move are where the new server reads them.

    `rows` are expected, `present` were found as expected; `missing` and
    `differing` are keys of others. `skipped` counts old rows that no
    copy brings along, by the reason. `expected` and `found` are SHA-256
    sums over all keys and contents in order; equal sums mean equal
    rows.
    """

    move: Move
    rows: int = 0
    present: int = 0
    missing: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    skipped: Counter[Skipped] = field(default_factory=Counter)
    expected: str = ""
    found: str = ""

    @property
    def is_complete(self) -> bool:
        """Return whether every row was found as expected, and none was left."""
        if any(each.is_left for each in self.skipped):
            return False
        return not self.missing and not self.differing

    @property
    def needs_action(self) -> bool:
        """Return whether rows were skipped and need action."""
        return any(each.needs_action for each in self.skipped)


@dataclass(slots=True)
class UpgradeResult:
    """The plan of a data command, and what was counted, copied or verified.

    `rows` counts the old rows of each move, `changes` those that each
    rule changes, by its id (in a rehearsal). `absent` are moves whose
    old database is missing. `unmoved` counts rows that stay where they
    are (None: not counted). `backups` maps each file that was written
    to the backup made of it before. `files` are the files on the disk
    of each move that has some, `file_counts` what was copied of them or
    verified, `chunk_counts` what was completed in databases among them.
    """

    action: str
    old: ConfigSide
    new: ConfigSide
    plan: UpgradePlan
    rows: dict[Move, int] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    absent: set[Move] = field(default_factory=set)
    unmoved: dict[Unmoved, int | None] = field(default_factory=dict)
    copies: list[CopyCounts] = field(default_factory=list)
    checks: list[VerifyCounts] = field(default_factory=list)
    backups: dict[str, str] = field(default_factory=dict)
    files: dict[FileMove, FoundFiles] = field(default_factory=dict)
    file_counts: list[FileCounts] = field(default_factory=list)
    chunk_counts: list[ChunkCounts] = field(default_factory=list)

    @property
    def needs_action(self) -> bool:
        """Return whether rows that were not copied need manual action."""
        if any(each.needs_action for each in self.unmoved):
            return True
        if self.files_left or any(each.differing for each in self.file_counts):
            return True
        counts: list[CopyCounts | VerifyCounts] = [*self.copies, *self.checks]
        return any(each.needs_action for each in counts)

    @property
    def files_left(self) -> list[FileMove]:
        """Return the moves whose files the new server does not find."""
        return [each for each, found in self.files.items() if each.left and found.count]

    @property
    def is_complete(self) -> bool:
        """Return whether the new server has every row that it could show."""
        if any(count and each.needs_action for each, count in self.unmoved.items()):
            return False
        if self.files_left or not all(each.is_complete for each in self.file_counts):
            return False
        if not all(each.is_complete for each in self.chunk_counts):
            return False
        return all(each.is_complete for each in self.checks)

    @property
    def is_certain(self) -> bool:
        """Return whether all rows that need an action were counted."""
        counts = [count for each, count in self.unmoved.items() if each.needs_action]
        return None not in counts
