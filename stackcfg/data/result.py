"""What a data command found or did: data for reports and for the exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from stackcfg.data.plan import Move, Unmoved, UpgradePlan
from stackcfg.data.row_rules import Skipped
from stackcfg.data.stored_rows import ConfigSide

PLAN, COPY, VERIFY, DRY_RUN = "plan", "copy", "verify", "dry-run"


@dataclass(slots=True)
class CopyCounts:
    """What became of the rows of a move.

    `rows` were looked at, `added` are new in the target, `completed` got what they lacked, `there` were in the target
    already. `differing` are the keys of rows that are in the target with another content; `left` counts rows that were
    not carried, by the reason. `done_before`: an earlier run did it all.
    """

    move: Move
    rows: int = 0
    added: int = 0
    completed: int = 0
    there: int = 0
    differing: list[str] = field(default_factory=list)
    left: Counter[Skipped] = field(default_factory=Counter)
    done_before: bool = False

    @property
    def needs_person(self) -> bool:
        """Whether somebody must look at what was left or differs."""
        return bool(self.differing) or any(each.person for each in self.left)


@dataclass(slots=True)
class VerifyCounts:
    """What was found of the rows of a move.

    `rows` should be there, `there` are. `missing` and `differing` are keys, `left` counts old rows that are carried
    by no plan, by the reason. The checksums are over all keys and contents in order; equal ones mean equal rows.
    """

    move: Move
    rows: int = 0
    there: int = 0
    missing: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    left: Counter[Skipped] = field(default_factory=Counter)
    expected: str = ""
    found: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every row is there as it should be."""
        return not self.missing and not self.differing


@dataclass(slots=True)
class UpgradeResult:
    """One upgrade: its plan, how many rows each move has, and what was done or found.

    `absent` are the moves whose old place is not there, `left` the rows that stay where they are (None: not counted),
    `backups` the files that were kept, by what they are of.
    """

    action: str
    old: ConfigSide
    new: ConfigSide
    plan: UpgradePlan
    rows: dict[Move, int] = field(default_factory=dict)
    absent: set[Move] = field(default_factory=set)
    left: dict[Unmoved, int | None] = field(default_factory=dict)
    tallies: list[CopyCounts] = field(default_factory=list)
    checks: list[VerifyCounts] = field(default_factory=list)
    backups: dict[str, str] = field(default_factory=dict)

    @property
    def needs_person(self) -> bool:
        """Whether rows are left that somebody must look after."""
        stays = any(each.person for each in self.left)
        tallies = any(each.needs_person for each in self.tallies)
        return (
            stays
            or tallies
            or any(reason.person for each in self.checks for reason in each.left)
        )

    @property
    def is_whole(self) -> bool:
        """Whether no row is missing or differs."""
        return all(each.is_whole for each in self.checks)
