"""Which lines of a text are lines of another text."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from operator import itemgetter

from stackcfg.light_typing import Final

_Pair = tuple[int, int]
"""The numbers of a line in both texts."""

_SECOND: Final = itemgetter(1)


class LineMatcher(SequenceMatcher[str]):
    """A matcher that first pairs the lines which both texts have once.

    `SequenceMatcher` alone searches all lines again for each place that
    differs. So its time grows with the square of their number. Here it
    searches only between two such pairs.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._old = old
        self._new = new

    def get_matching_blocks(self) -> list[Match]:
        """Return the runs of equal lines, in order; the last one is empty."""
        end = (len(self._old), len(self._new))
        found: list[Match] = []
        for block in self._blocks():
            last = found[-1] if found else Match(0, 0, 0)
            if (last.a + last.size, last.b + last.size) == (block.a, block.b):
                found[-1:] = [Match(last.a, last.b, last.size + block.size)]
            else:
                found.append(block)
        return [*found, Match(*end, 0)]

    def _blocks(self) -> Iterator[Match]:
        """Yield equal lines in order; two runs can be next to each other."""
        start: _Pair = (0, 0)
        for first, second in pair_single_lines(self._old, self._new):
            yield from self._blocks_between(start, (first, second))
            yield Match(first, second, 1)
            start = (first + 1, second + 1)
        yield from self._blocks_between(start, (len(self._old), len(self._new)))

    def _blocks_between(self, start: _Pair, end: _Pair) -> Iterator[Match]:
        old = self._old[start[0] : end[0]]
        new = self._new[start[1] : end[1]]
        if not old or not new:
            return
        # of many lines those that come often are no beginning of a run: where
        # all are alike, each would be compared with each
        matcher = SequenceMatcher(None, old, new)
        for block in matcher.get_matching_blocks():
            if block.size:
                first, second = start[0] + block.a, start[1] + block.b
                yield Match(first, second, block.size)


def pair_single_lines(old: Sequence[str], new: Sequence[str]) -> list[_Pair]:
    """Return the lines that both texts have once, as far as they are in one order.

    Of lines that changed places as many as possible stay.
    """
    known = {line: number for number, line in _single_lines(new)}
    pairs = [
        (number, known[line]) for number, line in _single_lines(old) if line in known
    ]
    return _longest_rise(pairs)


def _single_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    count = Counter(lines)
    for number, line in enumerate(lines):
        if count[line] == 1:
            yield number, line


def _longest_rise(pairs: Sequence[_Pair]) -> list[_Pair]:
    """Return as many pairs as possible whose second number grows
    as the first does.
    """
    # the pair that ends the shortest rise of each length, and the one before each
    ends: list[_Pair] = []
    before: dict[_Pair, _Pair] = {}
    for pair in pairs:
        length = bisect_left(ends, pair[1], key=_SECOND)
        if length:
            before[pair] = ends[length - 1]
        ends[length : length + 1] = [pair]
    rise: list[_Pair] = []
    current = ends[-1] if ends else None
    while current is not None:
        rise.append(current)
        current = before.get(current)
    rise.reverse()
    return rise


__all__ = ["LineMatcher", "pair_single_lines"]
