"""Tells run configs from other YAML documents by weighing evidence.

Two words at the top do not make a run config: `providers` and `storage`
are in the values of charts too. Each piece of evidence has a weight;
that of a document is the sum. A file that a user names needs little.
One that a folder search finds needs what only run configs have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.loading.evidence import Evidence, evidence_against, evidence_for
from stackcfg.loading.other_files import CHART_KEYS, other_kind

NAMED: Final = 2
"""The weight that makes a run config of a file that a user names."""

FOUND: Final = 4
"""The weight that a file needs which a folder search finds."""

_PLENTY: Final = 9
"""The weight with which unknown keys are mistakes in a run config."""


def is_run_config(data: Any, needed: int = NAMED) -> bool:
    """Return whether a document is a run config, by the weight that it needs."""
    if not isinstance(data, Mapping) or other_kind(data) is not None:
        return False
    weight = _sum(evidence_for(data))
    if weight < needed:
        return False
    if weight < _PLENTY or not CHART_KEYS.isdisjoint(data):
        weight += _sum(evidence_against(data))
    return weight >= needed


def weigh_evidence(data: Any) -> tuple[Evidence, ...]:
    """Return what speaks for and against a run config."""
    if not isinstance(data, Mapping):
        return ()
    return (*evidence_for(data), *evidence_against(data))


def _sum(pieces: Iterator[Evidence]) -> int:
    return sum(piece.weight for piece in pieces)
