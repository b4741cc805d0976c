"""Which releases a run config can be for, and the lines that prove it.

Most of what a config holds is read by some releases only; the releases that read most of it are the ones it fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from stackcfg.loading.configs import RunConfig, position_of_path
from stackcfg.loading.release_evidence import Clue, Releases, find_clues
from stackcfg.paths import Path
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.releases.versions import Release, described_releases
from stackcfg.runconfig.values import with_string_keys
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.lines import Position

Place = Callable[[Path], Position]
"""From a path in a config to its place in the file: the key there, or the nearest one above it."""


class Evidence(NamedTuple):
    """An entry of a config that only some releases read: what it is, which releases, and where it is in the file."""

    what: str
    releases: Releases
    position: Position


class DetectedReleases(NamedTuple):
    """The releases that read most of a config. `proof` are the lines that narrow them down, `against` the misfits."""

    releases: Releases
    proof: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()


def detect_releases(
    config: RunConfig, store_fields: StoreFields, inline: StoreMap | None = None
) -> DetectedReleases:
    """Return the releases that a config can be for, and the lines that prove it.

    `inline` are the inline stores of the config, where they have been read already.
    """
    data = with_string_keys(config.data)
    if inline is None:
        inline = read_inline_stores(
            data, store_fields, LAST_INLINE, DEFAULT_TARGET.last
        )
    clues = find_clues(data, inline, store_fields)
    return weigh_clues(clues, lambda path: position_of_path(config, path))


def weigh_clues(clues: Iterable[Clue], place: Place) -> DetectedReleases:
    """Return the releases for which most of the clues speak, with the fewest of them that prove it."""
    everything = frozenset(described_releases())
    telling = [clue for clue in clues if clue.releases and clue.releases != everything]
    styles = {clue.releases for clue in telling if clue.decisive}
    evidence = _narrowest_by_place(telling, place)
    best = _best_releases(styles, evidence)
    return DetectedReleases(
        best,
        _find_proof(best, evidence),
        tuple(each for each in evidence if not best <= each.releases),
    )


def _best_releases(styles: set[Releases], evidence: list[Evidence]) -> Releases:
    """Return the releases with the most votes: those of the styles count first."""
    speaking = Counter(each.releases for each in evidence)
    votes: dict[Release, tuple[int, int]] = {}
    for release in described_releases():
        of_styles = sum(release in style for style in styles)
        of_keys = sum(
            count for releases, count in speaking.items() if release in releases
        )
        votes[release] = (of_styles, of_keys)
    most = max(votes.values())
    return frozenset(release for release, vote in votes.items() if vote == most)


def _find_proof(best: Releases, evidence: list[Evidence]) -> tuple[Evidence, ...]:
    """Return the fewest pieces of evidence that narrow all releases down to the best ones, as far as any do."""
    fitting = [each for each in evidence if best <= each.releases]
    proof: list[Evidence] = []
    left = frozenset(described_releases())
    while fitting and left != best:
        narrowest = min(fitting, key=lambda each: len(left & each.releases))
        if left <= narrowest.releases:
            break
        left &= narrowest.releases
        proof.append(narrowest)
    return tuple(sorted(proof, key=_order))


def _narrowest_by_place(clues: Iterable[Clue], place: Place) -> list[Evidence]:
    """Return the evidence in the order of the file; of several clues at one place the one that says most."""
    kept: dict[Position, Evidence] = {}
    for clue in clues:
        position = place(clue.path)
        other = kept.get(position)
        if other is None or len(clue.releases) < len(other.releases):
            kept[position] = Evidence(clue.what, clue.releases, position)
    return sorted(kept.values(), key=_order)


def _order(evidence: Evidence) -> Position:
    return evidence.position
