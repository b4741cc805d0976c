"""Inputs that once crashed, hung, leaked a secret, or changed in a second run."""

from __future__ import annotations

import time
from itertools import cycle, product
from pathlib import Path

import pytest

from tests.hostile.mutations.checks import LAYOUTS, TARGETS, Case, check
from tests.support.budgets import ALL
from tests.support.in_process import run_here

CASES = Path(__file__).parent / "cases"
COMMANDS = (
    ("validate",),
    ("validate", "--format", "json"),
    ("validate", "--target", "1.5", "--color"),
    ("migrate", "--check"),
    ("migrate", "--target", "1.5", "--diff"),
    ("migrate", "--target", "1.5", "--check", "--report", "json"),
    ("show",),
    ("show", "--format", "json"),
)


def cases(kind: str) -> list[str]:
    return sorted(path.name for path in CASES.glob(f"{kind}-*.yaml"))


def read(name: str) -> str:
    return (CASES / name).read_bytes().decode()


@pytest.mark.parametrize(
    "name", [*cases("crash"), *cases("nonidem"), *cases("proof"), *cases("secret")]
)
def test_every_target_takes_it_or_says_why_not(name):
    both = product(TARGETS, LAYOUTS)
    by_turn = zip(TARGETS, cycle(LAYOUTS), strict=False)
    for target, layout in both if ALL else by_turn:
        assert check(Case(read(name), target, layout)) is None, (target, layout)


@pytest.mark.parametrize("name", cases("secret"))
def test_no_command_shows_its_secret(name):
    assert "hunter2" in read(name)
    for command in COMMANDS:
        done = run_here(*command, CASES / name, CI="1")
        assert "hunter2" not in done.out + done.err, command


@pytest.mark.parametrize("name", cases("redos"))
def test_a_long_line_takes_no_time(name):
    for command in COMMANDS:
        before = time.process_time()
        run_here(*command, CASES / name, CI="1")
        assert time.process_time() - before < 2, command


def test_a_second_byte_order_mark_is_named():
    done = run_here("validate", CASES / "proof-double-bom.yaml")
    assert done.code == 2
    assert "a second byte order mark" in done.out + done.err
