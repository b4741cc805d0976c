"""Run many mutated inputs: `python -m tests.hostile.mutations --count 100000`."""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from collections import Counter
from random import Random

from stackcfg.__main__ import GARBAGE_THRESHOLD
from tests.hostile.mutations.checks import Case, Failure, check, choose_case
from tests.hostile.mutations.mutate import mutate
from tests.hostile.mutations.seeds import load_seeds
from tests.hostile.mutations.shrink import shrink

PROGRESS = 1000
"""The number of inputs between two lines that say how far the run is."""


MEMORY = 3 << 30
"""The bytes that a run may take: an input that asks for more is a crash."""


def make_case(seeds: list[str], seed: int, number: int) -> Case:
    """Return an input; the same numbers make the same one."""
    rng = Random(f"{seed} {number}")
    return choose_case(mutate(rng.choice(seeds), rng, seeds), rng)


def main() -> int:
    """Run the inputs, print a small reproducer for each fault, and a table."""
    options = _parse_options()
    gc.set_threshold(GARBAGE_THRESHOLD)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    seeds = load_seeds()
    counts: Counter[str] = Counter()
    shown: set[Failure] = set()
    started = time.monotonic()
    numbers = range(options.first, options.first + options.count)
    for number in numbers:
        case = make_case(seeds, options.seed, number)
        failure = check(case)
        if number % PROGRESS == 0:
            print(f"{number} inputs, {dict(counts)}", file=sys.stderr, flush=True)
        if failure is None:
            continue
        counts[failure.kind] += 1
        if failure not in shown:
            shown.add(failure)
            _describe(number, shrink(case, failure), failure)
    minutes = (time.monotonic() - started) / 60
    table = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    print(f"{options.count} inputs in {minutes:.0f} minutes: {table or 'no failure'}")
    return min(sum(counts.values()), 1)


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.mutations")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    return parser.parse_args()


def _describe(number: int, case: Case, failure: Failure) -> None:
    print(f"{failure.kind}: {failure.detail}")
    print(f"  input {number}, target {case.target}, layout {case.layout}")
    print(f"  {case.text!r}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
