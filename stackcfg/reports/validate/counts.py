"""How much was found, over all files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stackcfg.light_typing import NamedTuple
from stackcfg.validation.findings import ERROR, INFO, WARNING, FileResult


class Counts(NamedTuple):
    """How much was found; `unchecked` counts files that could not be checked,
    `known` findings that a baseline has.
    """

    files: int
    unchecked: int
    errors: int
    warnings: int
    infos: int
    ignored: int
    known: int = 0

    @property
    def found(self) -> int:
        """The number of findings."""
        return self.errors + self.warnings + self.infos

    def plus(self, other: Counts) -> Counts:
        """Return the counts of two sets of files together."""
        return Counts(*map(sum, zip(self, other, strict=True)))


def count_findings(results: Iterable[FileResult]) -> Counts:
    """Return the counts over all these results."""
    results = list(results)
    severities = Counter(
        finding.severity for result in results for finding in result.findings
    )
    return Counts(
        files=len(results),
        unchecked=sum(result.problem is not None for result in results),
        errors=severities[ERROR],
        warnings=severities[WARNING],
        infos=severities[INFO],
        ignored=sum(result.ignored for result in results),
        known=sum(result.known for result in results),
    )
