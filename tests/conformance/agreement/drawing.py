"""Draws mutants: a config that a release starts with, and one fault in it."""

from __future__ import annotations

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
from tests.conformance.mutations.language import copied

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
            if kind is not None and draft.config != sources[name]:
                yield Mutant(number, name, group, kind, draft.text)
                break


def _weighted() -> Sequence[str]:
    return [name for name, (_, weight) in GROUPS.items() for _ in range(weight)]
