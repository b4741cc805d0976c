"""What a data command found or did: data for reports and for the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field

from stackcfg.data.copying import Tally
from stackcfg.data.holdings import Side
from stackcfg.data.plan import Move, Plan
from stackcfg.data.verifying import Check

PLAN, COPY, VERIFY, DRY_RUN = "plan", "copy", "verify", "dry-run"


@dataclass(slots=True)
class Outcome:
    """One upgrade: its plan, how many rows each move has, and what was done or found.

    `absent` are the moves whose old place is not there, `backups` the files that were kept, by what they are of.
    """

    action: str
    old: Side
    new: Side
    plan: Plan
    rows: dict[Move, int] = field(default_factory=dict)
    absent: set[Move] = field(default_factory=set)
    tallies: list[Tally] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    backups: dict[str, str] = field(default_factory=dict)

    @property
    def needs_person(self) -> bool:
        """Whether rows are left that somebody must look after."""
        stays = any(each.person for each in self.plan.stays)
        tallies = any(each.needs_person for each in self.tallies)
        return stays or tallies or any(reason.person for each in self.checks for reason in each.left)

    @property
    def is_whole(self) -> bool:
        """Whether no row is missing or differs."""
        return all(each.is_whole for each in self.checks)
