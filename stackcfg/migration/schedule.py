"""The way to a release: the steps that are due on it, grouped by the release that asks for them, oldest first.

Each group works on what the groups before it left, so a file of any age takes the same way as the releases did, and
going in one go or stopping in between means the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from stackcfg.migration.steps import EVERY_FAMILY, STEPS, Step
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import Target, families
from stackcfg.releases.versions import Release


class ReleaseHop(NamedTuple):
    """Steps that are due at a release, `since`, and the family (or single release) that they write for."""

    since: Release
    target: Target
    steps: tuple[Step, ...]

    @property
    def plans(self) -> bool:
        """Whether inline stores become a catalog here: the steps need a plan of the whole of it."""
        return self.since == CATALOG_SINCE


@cache
def hops_to(target: Target, steps: Sequence[Step] = STEPS) -> tuple[ReleaseHop, ...]:
    """All passages up to a target. In one release, what looks at the facts comes after what is written for it.

    What is done for each family begins with the one after the catalog's: what 0.3 lacks is named by steps of its own.
    """
    found: dict[tuple[Release, bool], list[Step]] = {}
    for step in steps:
        every = [family.first for family in families() if family.first > CATALOG_SINCE]
        for since in every if step.since == EVERY_FAMILY else [step.since]:
            if since <= target.last:
                found.setdefault((since, step.since == EVERY_FAMILY), []).append(step)
    return tuple(
        ReleaseHop(since, _written_for(since, target), tuple(runs))
        for (since, _), runs in sorted(found.items(), key=_key)
    )


def _key(item: tuple[tuple[Release, bool], list[Step]]) -> tuple[Release, bool]:
    return item[0]


def _written_for(since: Release, target: Target) -> Target:
    """The family that a release belongs to; the target itself where it is in that family."""
    if target.last[:2] == since[:2]:
        return target
    return next(family for family in families() if family.first[:2] == since[:2])
