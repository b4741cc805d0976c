"""How much was found, over all files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from stackcfg.reports.shape import Count, Shape
from stackcfg.validation.findings import ERROR, INFO, WARNING, FileResult


@dataclass(frozen=True, slots=True)
class Counts(Shape):
    """How much was found in all files; `unchecked` counts files that could not be checked."""

    files: Count
    unchecked: Count
    errors: Count
    warnings: Count
    infos: Count
    ignored: Count

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))


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
    )
