"""Compare `validate` with real releases: `python -m tests.conformance.agreement`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from stackcfg.validation.settings import settings_for
from tests.conformance.agreement.comparison import (
    CRASHED,
    FALSE_ALARM,
    FOUND,
    LOST,
    MISSED,
    OUTSIDE,
    QUIET,
    Opinion,
    Verdict,
    ask_release,
    ask_validate,
    compare,
)
from tests.conformance.agreement.drawing import Mutant, draw_mutants
from tests.conformance.agreement.sources import (
    MOST_CANDIDATES,
    find_sources,
    read_vocabulary,
)
from tests.conformance.mutations.language import written
from tests.conformance.releases import environment

RELEASES: Final = (
    *("0.1.9", "0.2.23", "0.3.0", "0.3.5", "0.4.5"),
    *("0.5.2", "0.7.3", "1.0.4", "1.4.1", "1.5.0"),
)
COLUMNS: Final = (FOUND, MISSED, QUIET, FALSE_ALARM, LOST, OUTSIDE, CRASHED)
WRONG: Final = (MISSED, FALSE_ALARM, CRASHED)
ENOUGH: Final = 0.999
"""The part of what releases refuse that is to be found."""


class Case(NamedTuple):
    """A mutant, and what both say of it."""

    release: str
    mutant: Mutant
    verdict: Verdict
    opinion: Opinion

    @property
    def outcome(self) -> str:
        """Whether both agree."""
        return compare(self.verdict, self.opinion)


def main() -> int:
    """Draw, compare, print the disagreements and a table."""
    options = _parse_options()
    counts: dict[str, Counter[str]] = {}
    for release in options.release or RELEASES:
        counts[release] = Counter()
        for case in find_cases(release, options.count, options.seed):
            counts[release][case.outcome] += 1
            if case.outcome in WRONG or (options.lost and case.outcome == LOST):
                _report(case, options.save)
        print(_table(counts), file=sys.stderr, flush=True)
    total = sum(counts.values(), Counter[str]())
    found = total[FOUND] / max(1, total[FOUND] + total[MISSED])
    is_right = found >= ENOUGH and not total[FALSE_ALARM] + total[CRASHED]
    return int(not is_right)


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.agreement")
    parser.add_argument("--count", type=int, default=1000, help="mutants per release")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--release", action="append", help="one release, or several")
    parser.add_argument("--save", type=Path, help="folder for what both disagree on")
    parser.add_argument("--lost", action="store_true", help="print lost settings, too")
    return parser.parse_args()


def find_cases(
    release: str, count: int, seed: int, most_sources: int = MOST_CANDIDATES
) -> Iterator[Case]:
    """Yield the mutants of a release with what both say of each.

    The configs that get the faults come first, where both disagree on one.
    """
    python, settings = environment(release), settings_for(target=release)
    with TemporaryDirectory() as name:
        folder = Path(name)
        clean = {}
        sources = find_sources(python, f"{seed} {release}", folder, most_sources)
        for number, source in enumerate(sources, start=1):
            text = written(source.config)
            mutant = Mutant(-number, source.name, "none", "none", text)
            opinion = ask_validate(text, settings)
            case = Case(release, mutant, source.verdict, opinion)
            if case.outcome == QUIET:
                clean[source.name] = source.config
            else:
                yield case
        drawn = draw_mutants(clean, read_vocabulary(python), f"{seed} {release}", count)
        mutants = {_write(folder, each): each for each in drawn}
        for path, verdict in ask_release(python, mutants):
            mutant = mutants[path]
            opinion = ask_validate(mutant.text, settings)
            yield Case(release, mutant, verdict, opinion)


def _write(folder: Path, mutant: Mutant) -> Path:
    path = folder / f"{mutant.number}.yaml"
    path.write_text(mutant.text, encoding="utf-8")
    return path


def _report(case: Case, folder: Path | None) -> None:
    mutant = case.mutant
    name = f"{case.release}-{mutant.number}"
    told: Mapping[str, Any] = {
        "outcome": case.outcome,
        "name": name,
        "source": mutant.source,
        "kind": f"{mutant.group}: {mutant.kind}",
        "release says": case.verdict.refusals[:4],
        "dropped": case.verdict.dropped[:4],
        "validate says": case.opinion.findings[:6],
    }
    print(json.dumps(told), flush=True)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.yaml").write_text(mutant.text, encoding="utf-8")


def _table(counts: Mapping[str, Counter[str]]) -> str:
    rows: list[Sequence[object]] = [("release", "mutants", *COLUMNS)]
    total = sum(counts.values(), Counter[str]())
    for name, found in (*counts.items(), ("all", total)):
        rows.append((name, found.total(), *(found[each] for each in COLUMNS)))
    return "\n".join("".join(f"{cell!s:>13}" for cell in row) for row in rows)


if __name__ == "__main__":
    sys.exit(main())
