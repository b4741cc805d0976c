"""A small part of the nightly run: `python -m tests.hostile.mutations --count 100000`."""

from __future__ import annotations

from random import Random

import pytest

from tests.hostile.mutations.__main__ import make_case
from tests.hostile.mutations.checks import LAYOUTS, TARGETS, Case, Failure, check
from tests.hostile.mutations.mutate import MUTATIONS
from tests.hostile.mutations.seeds import load_seeds
from tests.hostile.mutations.shrink import shrink

SEED = 11
PARTS = 8
PART = 15
"""Inputs of one test; more of them take longer than a change of code should wait."""


@pytest.fixture(scope="module")
def seeds() -> list[str]:
    return load_seeds(with_corpus=False)


@pytest.mark.parametrize("part", range(PARTS))
def test_mutated_inputs_are_migrated_or_refused(seeds, part):
    for number in range(part * PART, (part + 1) * PART):
        case = make_case(seeds, SEED, number)
        failure = check(case)
        assert failure is None, shrink(case, failure)


def test_a_lone_carriage_return_begins_no_line_of_a_template():
    assert check(Case("\r{{\r{{if", "1.2", "consolidate")) is None


def test_every_mutation_changes_something(seeds):
    rng = Random(SEED)
    for mutation in MUTATIONS:
        assert any(mutation(text, rng, seeds) != text for text in seeds[:20])


def test_the_checks_see_faults(monkeypatch):
    case = Case(
        "metadata_store: {type: sqlite, db_path: /a.db}  # why\n", None, "preserve"
    )
    assert check(case) is None

    def crash(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("tests.hostile.mutations.checks.validate", crash)
    assert check(case) == Failure("crash", "KeyError in " + _own_place())


def _own_place() -> str:
    return f"{__file__}:crash"


def test_a_case_is_the_same_again(seeds):
    assert make_case(seeds, SEED, 3) == make_case(seeds, SEED, 3)
    assert {None, "0.3", "1.5"} <= set(TARGETS)
    assert set(LAYOUTS) == {"consolidate", "preserve"}
