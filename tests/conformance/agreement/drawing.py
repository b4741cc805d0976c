"""Draws mutants: a config that a release starts with, and one fault in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final, NamedTuple

from tests.conformance.agreement.draft import Draft, Fault
from tests.conformance.agreement.keys import key_faults
from tests.conformance.agreement.provider_entries import provider_faults
from tests.conformance.agreement.references import reference_faults
from tests.conformance.agreement.registrations import registration_faults
from tests.conformance.agreement.scalars import scalar_faults
from tests.conformance.agreement.sections import section_faults
from tests.conformance.mutations import KINDS
from tests.conformance.mutations.language import copied, written

NO_DEFAULT: Final = re.compile(r"\$\{env\.[A-Z0-9_]+\}")
ATTEMPTS: Final = 50
"""Not every fault has a place in every config."""


class Mutant(NamedTuple):
    """A text with one fault."""

    number: int
    source: str
    group: str
    kind: str
    text: str


def _known_faults() -> Iterator[Fault]:
    """Yield the kinds that `test_agreement.py` tries one by one."""

    def draw(draft: Draft) -> str | None:
        if "storage" not in draft.config:
            return None  # they are made for the catalog
        kind = draft.rng.choice(KINDS)
        mutant = kind.mutant(draft.config, str(draft.rng.random()))
        if mutant is None:
            return None
        draft.config = mutant.config
        return kind.name

    yield draw


GROUPS: Final[Mapping[str, tuple[Callable[[], Iterator[Fault]], int]]] = {
    "keys": (key_faults, 4),
    "providers": (provider_faults, 5),
    "references": (reference_faults, 4),
    "registrations": (registration_faults, 6),
    "sections": (section_faults, 3),
    "scalars": (scalar_faults, 4),
    "known kinds": (_known_faults, 3),
}
"""The faults, and how often one of a group is drawn."""


def draw_mutants(
    sources: Mapping[str, Any], vocabulary: Any, seed: str, count: int
) -> Iterator[Mutant]:
    """Yield mutants; the same seed yields the same ones."""
    names = sorted(sources)
    for number in range(count):
        rng = Random(f"{seed} {number}")
        for _ in range(ATTEMPTS):
            name = rng.choice(names)
            draft = Draft(copied(sources[name]), vocabulary, rng)
            group = rng.choice(_weighted())
            kind = rng.choice(list(GROUPS[group][0]()))(draft)
            if kind is None or draft.config == sources[name]:
                continue
            if not _repeats_variable(draft.text, written(sources[name])):
                yield Mutant(number, name, group, kind, draft.text)
                break


def _repeats_variable(text: str, before: str) -> bool:
    """Return whether a variable without a default is read at a further place.

    Judges make its value up for one place, and it need not fit another one.
    """
    counts = Counter(NO_DEFAULT.findall(before))
    found = Counter(NO_DEFAULT.findall(text))
    return any(0 < counts[name] < count for name, count in found.items())


def _weighted() -> Sequence[str]:
    return [name for name, (_, weight) in GROUPS.items() for _ in range(weight)]
