"""How long a command takes, and how that grows with a file."""

from __future__ import annotations

import time
from pathlib import Path

from tests.support.in_process import run_here

FLOOR = 0.02
"""Seconds below which a run says nothing."""

TRIES = 12


def growth(
    command: tuple[str, ...], small: Path, large: Path, times: int, limit: float
) -> float:
    """Return how many times as long the large file takes, as soon as that is few enough.

    `times` is how many times as large it is. Other processes on the same cores only
    ever make a run slower: of several runs the shortest counts. A short run escapes
    them more easily than a long one, so that the small file is read in a row until
    both take about as long.
    """
    ratio = _ratio(command, (small, 1), (large, 1), tries=1)
    if ratio <= limit:
        return ratio
    return _ratio(command, (small, times), (large, 1), TRIES, limit)


def computing_seconds(command: tuple[str, ...], path: Path, runs: int = 1) -> float:
    """Return the computing time of a command for a file; other processes do not count."""
    before = time.process_time()
    for _ in range(runs):
        run_here(*command, path, CI="1")
    return (time.process_time() - before) / runs


def _ratio(
    command: tuple[str, ...],
    small: tuple[Path, int],
    large: tuple[Path, int],
    tries: int,
    limit: float = 0.0,
) -> float:
    short = long = ratio = float("inf")
    for _ in range(tries):
        short = min(short, computing_seconds(command, *small))
        long = min(long, computing_seconds(command, *large))
        ratio = long / max(short, FLOOR)
        if ratio <= limit:
            break
    return ratio
