"""Four times the entries take at most five times the time, whatever they are.

    python -m pytest -m growth tests/benchmarks

Computing time counts, and of several runs the shortest: other processes only ever
make a run slower. `growth_shapes.SHAPES` lists the shapes; a new one is a function
and a line there.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import pytest

from tests.benchmarks.growth_shapes import SCRIPTS, SHAPES
from tests.support.budgets import ALL
from tests.support.timing import computing_seconds, growth

COMMANDS = (
    ("validate",),
    # finds what the target refuses, and proves a fix of it
    ("validate", "--target", "1.5"),
    ("migrate", "--diff"),
    # tries the fixes that are not certain
    *([("validate", "--diff", "--unsafe-fixes")] if ALL else []),
    *([("migrate", "--target", "1.5", "--diff")] if ALL else []),
)
COUNT = 100
TIMES = 4
LIMIT = 5.0

Shape = Callable[[int], str]

pytestmark = pytest.mark.growth


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("shape", SHAPES, ids=attrgetter("__name__"))
def test_time_grows_with_the_number_of_entries(
    shape: Shape, command: tuple[str, ...], tmp_path: Path
) -> None:
    assert growth_of(shape, command, tmp_path, "yaml") <= LIMIT


@pytest.mark.parametrize(
    "command", [("validate",), ("migrate", "--target", "1.5", "--diff")], ids=" ".join
)
@pytest.mark.parametrize("shape", SCRIPTS, ids=attrgetter("__name__"))
def test_time_grows_with_the_length_of_a_script(
    shape: Shape, command: tuple[str, ...], tmp_path: Path
) -> None:
    assert growth_of(shape, command, tmp_path, "sh") <= LIMIT


def growth_of(
    shape: Shape, command: tuple[str, ...], folder: Path, suffix: str
) -> float:
    """Return how many times as long a file takes that is four times as large."""
    first, small, large = (folder / f"{name}.{suffix}" for name in range(3))
    # imports what the others need
    first.write_text(shape(3))
    computing_seconds(command, first)
    small.write_text(shape(COUNT))
    large.write_text(shape(TIMES * COUNT))
    return growth(command, small, large, TIMES, LIMIT)


def test_there_are_thirty_shapes() -> None:
    names = {shape.__name__ for shape in SHAPES}
    assert len(names) == len(SHAPES) >= 30
