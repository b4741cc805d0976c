"""Which releases a run config can be for, and the lines that prove it.

Most of what a config holds is read by some releases only; the releases
that read most of it are the ones it fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.clues import TIE_BREAKER, Clue, Releases
from stackcfg.loading.config_positions import EntryPlaces, position_of_offset
from stackcfg.loading.configs import RunConfig
from stackcfg.loading.missing_apis import starting_releases
from stackcfg.loading.release_evidence import find_clues
from stackcfg.paths import Data, Path
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.releases.versions import Release, described_releases
from stackcfg.runconfig.values import with_string_keys
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.lines import Position

PlacedClue = tuple[int, Clue]
"""A clue with the offset of its entry in the config, or of the one above it."""


class Evidence(NamedTuple):
    """A clue at its place in the file: what it is, and which releases
    read it.
    """

    what: str
    releases: Releases
    position: Position


class DetectedReleases:
    """The releases that read most of a config, and why."""

    def __init__(
        self,
        config: RunConfig,
        data: Data,
        releases: Releases,
        clues: Sequence[Clue],
    ) -> None:
        self.releases = releases
        self._config = config
        self._data = data
        self._clues = clues

    @property
    def newest(self) -> Release:
        """The release that a config is taken for if nobody names one:
        it starts with the providers that there are, if any does.
        """
        return max(starting_releases(self._data, self.releases))

    @cached_property
    def proof(self) -> tuple[Evidence, ...]:
        """The evidence that narrows the releases down."""
        return _as_evidence(self._config, _find_proof(self.releases, self._placed))

    @cached_property
    def against(self) -> tuple[Evidence, ...]:
        """What the releases do not read."""
        unread = [
            each
            for each in self._placed
            if each[1].weight and not self.releases <= each[1].releases
        ]
        return _as_evidence(self._config, unread)

    @cached_property
    def _placed(self) -> Sequence[PlacedClue]:
        """The clues in the order of the file."""
        places = EntryPlaces(self._config)
        placed = [(places.offset(clue.path), clue) for clue in self._clues]
        return sorted(placed, key=_offset_of)


def detect_releases(
    config: RunConfig,
    store_fields: StoreFields,
    inline: StoreMap | None = None,
) -> DetectedReleases:
    """Return the releases that a config can be for, and the lines that
    prove it.

    `inline` are the inline stores of the config, where they have been
    read already.
    """
    data = config.data
    if not config.document.has_string_keys:
        data = with_string_keys(data)
    if inline is None:
        inline = read_inline_stores(
            data, store_fields, LAST_INLINE, DEFAULT_TARGET.last
        )
    clues = list(find_clues(data, inline, store_fields))
    styles = {clue.releases for clue in clues if clue.decisive}
    telling = _narrowest_by_entry(config, clues)
    return DetectedReleases(config, data, _best_releases(styles, telling), telling)


def _narrowest_by_entry(config: RunConfig, clues: Iterable[Clue]) -> list[Clue]:
    """Return of the clues of each entry the narrowest."""
    find_entry = _entry_finder(config)
    kept: dict[tuple[Hashable, str], Clue] = {}
    for clue in clues:
        entry = (find_entry(clue.path), clue.aspect)
        other = kept.get(entry)
        if other is None or _precedence(clue) < _precedence(other):
            kept[entry] = clue
    return list(kept.values())


def _entry_finder(config: RunConfig) -> Callable[[Path], Hashable]:
    """Return a function that tells the entries at paths apart: what is
    written once, and repeated by aliases, is one entry.
    """
    if config.document.holds("&"):
        return EntryPlaces(config).offset
    # most files have no anchor, and need no search
    return _path_itself


def _path_itself(path: Path) -> Path:
    return path


def _precedence(clue: Clue) -> tuple[int, int]:
    """Return the order in which clues of one entry count: the
    narrowest, then the heaviest.
    """
    return len(clue.releases), -clue.weight


def _best_releases(styles: set[Releases], clues: Iterable[Clue]) -> Releases:
    """Return the releases with the most votes: styles outweigh all
    else, and clues without weight decide what is left.
    """
    weights: Counter[Releases] = Counter()
    tie_breakers: Counter[Releases] = Counter()
    for clue in clues:
        weights[clue.releases] += clue.weight
        if clue.weight == TIE_BREAKER:
            tie_breakers[clue.releases] += 1
    known = described_releases()
    best: Sequence[int] = range(len(known))
    for votes in (Counter(styles), weights, tie_breakers):
        best = _most_voted(best, votes)
    return frozenset(known[place] for place in best)


def _most_voted(
    candidates: Sequence[int], weights: Mapping[Releases, int]
) -> Sequence[int]:
    """Return the candidates for which sets of releases of most weight
    speak; each release by its place in the list of all.

    The votes that a release misses are counted: most sets have most
    releases.
    """
    missed = [0] * len(described_releases())
    for releases, weight in weights.items():
        for place in _places_missing_in(releases):
            missed[place] += weight
    least = min(missed[place] for place in candidates)
    return [place for place in candidates if missed[place] == least]


# bounded because what a file holds decides which sets there are
@lru_cache(4096)
def _places_missing_in(releases: Releases) -> tuple[int, ...]:
    known = enumerate(described_releases())
    return tuple(place for place, release in known if release not in releases)


def _find_proof(best: Releases, placed: Sequence[PlacedClue]) -> list[PlacedClue]:
    """Return the fewest clues that narrow all releases down to the best ones."""
    fitting = [each for each in placed if best <= each[1].releases]
    proof: list[PlacedClue] = []
    left = frozenset(described_releases())
    while fitting and left != best:
        narrowest = min(fitting, key=lambda each: len(left & each[1].releases))
        if left <= narrowest[1].releases:
            break
        left &= narrowest[1].releases
        proof.append(narrowest)
    return sorted(proof, key=_offset_of)


def _offset_of(placed: PlacedClue) -> int:
    return placed[0]


def _as_evidence(
    config: RunConfig, placed: Iterable[PlacedClue]
) -> tuple[Evidence, ...]:
    """Return clues at their places in the file."""
    found = []
    for offset, clue in placed:
        position = position_of_offset(config, offset)
        found.append(Evidence(clue.what, clue.releases, position))
    return tuple(found)
