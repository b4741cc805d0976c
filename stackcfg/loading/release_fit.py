"""Which releases a run config can be for, and the lines that prove it.

Most of what a config holds is read by some releases only; the releases that
read most of it are the ones it fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from stackcfg.loading.clues import Clue, Releases
from stackcfg.loading.configs import RunConfig, position_of_path
from stackcfg.loading.missing_apis import starting_releases
from stackcfg.loading.release_evidence import find_clues
from stackcfg.paths import Path
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.releases.versions import Release, described_releases
from stackcfg.runconfig.values import with_string_keys
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.lines import Position

Place = Callable[[Path], Position]
"""From a path in a config to its place in the file: the entry there, or above
it.
"""


class Evidence(NamedTuple):
    """A clue at its place in the file: what it is, and which releases read
    it.
    """

    what: str
    releases: Releases
    position: Position
    weight: int = 1


class DetectedReleases(NamedTuple):
    """The releases that read most of a config.

    `proof` is the evidence that narrows them down, `against` what they do not
    read. `starting` are those that start with the providers that there are.
    """

    releases: Releases
    proof: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()
    starting: Releases = frozenset()

    @property
    def newest(self) -> Release:
        """Return the release that a config is taken for if nobody names one."""
        return max(self.starting or self.releases)


def detect_releases(
    config: RunConfig,
    store_fields: StoreFields,
    inline: StoreMap | None = None,
) -> DetectedReleases:
    """Return the releases that a config can be for, and the lines that prove
    it.

    `inline` are the inline stores of the config, where they have been read
    already.
    """
    data = with_string_keys(config.data)
    if inline is None:
        inline = read_inline_stores(
            data, store_fields, LAST_INLINE, DEFAULT_TARGET.last
        )
    clues = find_clues(data, inline, store_fields)
    found = weigh_clues(clues, lambda path: position_of_path(config, path))
    return found._replace(starting=starting_releases(data, found.releases))


def weigh_clues(clues: Iterable[Clue], place: Place) -> DetectedReleases:
    """Return the releases that most of the clues speak for, with the proof."""
    everything = frozenset(described_releases())
    styles: set[Releases] = set()
    telling: list[Clue] = []
    for clue in clues:
        if not clue.releases or clue.releases == everything:
            continue
        telling.append(clue)
        if clue.decisive:
            styles.add(clue.releases)
    evidence = _narrowest_by_place(telling, place)
    best = _best_releases(styles, evidence)
    proof = _find_proof(best, evidence)
    against = [each for each in evidence if not best <= each.releases]
    return DetectedReleases(best, proof, tuple(against))


def _best_releases(styles: set[Releases], evidence: list[Evidence]) -> Releases:
    """Return the releases with the most votes; styles outweigh all else."""
    counts: Counter[Releases] = Counter()
    for each in evidence:
        counts[each.releases] += each.weight
    votes: dict[Release, tuple[int, int]] = {}
    for release in described_releases():
        of_styles = sum(release in style for style in styles)
        of_keys = 0
        for releases, count in counts.items():
            if release in releases:
                of_keys += count
        votes[release] = (of_styles, of_keys)
    most = max(votes.values())
    return frozenset(release for release, vote in votes.items() if vote == most)


def _find_proof(best: Releases, evidence: list[Evidence]) -> tuple[Evidence, ...]:
    """Return the least evidence that narrows all releases down to the best
    ones.
    """
    fitting = [each for each in evidence if best <= each.releases]
    proof: list[Evidence] = []
    left = frozenset(described_releases())
    while fitting and left != best:
        narrowest = min(fitting, key=lambda each: len(left & each.releases))
        if left <= narrowest.releases:
            break
        left &= narrowest.releases
        proof.append(narrowest)
    proof.sort(key=_position_of)
    return tuple(proof)


def _narrowest_by_place(clues: Iterable[Clue], place: Place) -> list[Evidence]:
    """Return the evidence in the order of the file, the narrowest of each
    place.
    """
    kept: dict[tuple[Position, str], Evidence] = {}
    for clue in clues:
        position = place(clue.path)
        key = (position, clue.aspect)
        other = kept.get(key)
        if other is None or _precedence(clue) < _precedence(other):
            kept[key] = Evidence(clue.what, clue.releases, position, clue.weight)
    return sorted(kept.values(), key=_position_of)


def _precedence(clue: Clue | Evidence) -> tuple[int, int]:
    """Return the order in which clues of one place count: the narrowest, then
    the heaviest.
    """
    return len(clue.releases), -clue.weight


def _position_of(evidence: Evidence) -> Position:
    return evidence.position
