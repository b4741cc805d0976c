"""How much was found, over all files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from stackcfg.validation.findings import ERROR, INFO, WARNING, FileResult


@dataclass(frozen=True, slots=True)
class Counts:
    """Files in all, those of them that could not be checked, and findings by severity, the ignored ones apart."""

    files: int = 0
    unchecked: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    ignored: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.files + other.files,
            self.unchecked + other.unchecked,
            self.errors + other.errors,
            self.warnings + other.warnings,
            self.infos + other.infos,
            self.ignored + other.ignored,
        )


def count_findings(results: Iterable[FileResult]) -> Counts:
    """What there is in these results."""
    found: Counter[str] = Counter()
    for result in results:
        found["files"] += 1
        found["unchecked"] += result.problem is not None
        found["ignored"] += result.ignored
        found.update(each.severity for each in result.findings)
    return Counts(
        found["files"],
        found["unchecked"],
        found[ERROR],
        found[WARNING],
        found[INFO],
        ignored=found["ignored"],
    )
