"""The hops to a release: the steps that are due, by the release that
needs them.

Each hop starts from what the hops before it left. So a file goes
through the releases as its server would, and stopping in between
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.steps import EVERY_FAMILY, STEPS, Step
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import Target, families
from stackcfg.releases.versions import Release


class ReleaseHop(NamedTuple):
    """The steps that a release needs, and the family or release that
    they write for.

    `is_asked`: the user asks for the steps, whatever the file is for.
    """

    since: Release
    target: Target
    steps: tuple[Step, ...]
    is_asked: bool = False

    @property
    def plans(self) -> bool:
        """Return whether inline stores become a catalog, which needs a plan."""
        return self.since == CATALOG_SINCE and not self.is_asked


@cache
def hops_to(target: Target) -> tuple[ReleaseHop, ...]:
    """Return the hops up to a target, oldest first.

    Of one release, the steps that are due in every family come last.
    """
    found: dict[tuple[Release, bool], list[Step]] = {}
    for step in STEPS:
        for since in _releases_of(step):
            if since <= target.last:
                key = (since, step.since == EVERY_FAMILY)
                found.setdefault(key, []).append(step)
    return tuple(
        ReleaseHop(key[0], _family_at(key[0], target), tuple(found[key]))
        for key in sorted(found)
    )


def _releases_of(step: Step) -> Iterator[Release]:
    """Yield the releases at which a step is due.

    Steps for every family begin after 0.3: what 0.3 lacks is reported
    by its own steps.
    """
    if step.since != EVERY_FAMILY:
        yield step.since
        return
    for family in families():
        if family.first > CATALOG_SINCE:
            yield family.first


def _family_at(release: Release, target: Target) -> Target:
    """Return the family of a release; the target itself if it is in
    that family.
    """
    if target.last[:2] == release[:2]:
        return target
    return next(family for family in families() if family.first[:2] == release[:2])
