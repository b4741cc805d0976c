"""What a clue is: an entry of a run config that only some releases read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.paths import Path
from stackcfg.releases.versions import Release, Span, described_releases

Releases = frozenset[Release]

HEAVY: Final = 2
"""The weight of what keeps a provider from working where it is not read."""

TIE_BREAKER: Final = 0
"""The weight of what a config is likely for, of the releases that all
other clues leave: they read it alike.
"""


class Clue(NamedTuple):
    """An entry of a config that only some releases read.

    `decisive` marks what gives a config its style; it outweighs single
    keys that are left over or ahead of their time. `weight` is that of
    its vote among the others. Of the clues at one place, only the
    narrowest counts of each `aspect`: what the entry is, and how its
    text is written.
    """

    what: str
    releases: Releases
    path: Path
    decisive: bool = False
    weight: int = 1
    aspect: str = "entry"

    def inside(self, holder: Path) -> Clue:
        """Return the clue with its path in an entry that has it."""
        path = (*holder, *self.path)
        # half as long as `_replace`, and asked of every provider
        return Clue(
            self.what, self.releases, path, self.decisive, self.weight, self.aspect
        )


def is_telling(clue: Clue) -> bool:
    """Return whether a clue tells releases apart: some of them read the entry."""
    return bool(clue.releases) and clue.releases != _every_release()


@cache
def _every_release() -> Releases:
    return frozenset(described_releases())


def releases_in(spans: Iterable[Span]) -> Releases:
    """Return the described releases in some runs of releases."""
    found: Releases = frozenset()
    return found.union(*(_releases_between(*span) for span in spans))


@cache
def _releases_between(since: Release, until: Release) -> Releases:
    known = described_releases()
    return frozenset(known[bisect_left(known, since) : bisect_right(known, until)])


@cache
def split_releases(since: Release) -> tuple[Releases, Releases]:
    """Return the releases before a change, and those from it on."""
    releases = frozenset(described_releases())
    before = frozenset(each for each in releases if each < since)
    return before, releases - before
