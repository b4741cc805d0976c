"""How much was found, over all files, and the closing lines of `validate` about it.

They are all that most files need, so nothing of the frames is imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.reports.console.listing import count_words, join_some
from stackcfg.validation.findings import ERROR, INFO, SEVERITIES, WARNING, FileResult


class Counts(NamedTuple):
    """How much was found; `unchecked` counts files that could not be
    checked, `known` findings that a baseline has.
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


MAX_JUDGES: Final = 6
"""How many releases are named that judged the files."""

NO_JUDGES: Final[Mapping[str, int]] = {}


def summary(counts: Counts, judges: Mapping[str, int] = NO_JUDGES) -> str:
    """Return the closing line: how many files, what was found in them,
    and by which releases how many of them were judged.
    """
    if not counts.files:
        return "no files to check"
    found = []
    if counts.unchecked:
        found.append(f"{counts.unchecked} not checked")
    numbers = (counts.errors, counts.warnings, counts.infos)
    for number, severity in zip(numbers, SEVERITIES, strict=True):
        if number:
            found.append(count_words(number, severity))
    files = count_words(counts.files, "file")
    words = f"no problems in {files}"
    if found:
        words = f"{files}: {', '.join(found)}"
    return words + _describe_left_out(counts) + _describe_judges(judges)


def _describe_left_out(counts: Counts) -> str:
    left_out = []
    if counts.ignored:
        left_out.append(f"{counts.ignored} ignored")
    if counts.known:
        left_out.append(f"{counts.known} in the baseline")
    if not left_out:
        return ""
    return f" ({', '.join(left_out)})"


def _describe_judges(judges: Mapping[str, int]) -> str:
    if not judges:
        return ""
    named = list(judges)
    if len(judges) > 1:
        named = [f"{name} ({count})" for name, count in judges.items()]
    return f"; judged by {join_some(named, MAX_JUDGES)}"


def describe_fixable(count: int, unsafe: int) -> str:
    """Return the sentence about findings that have a fix.

    `unsafe` counts those whose fix is not safe and perhaps cannot be
    proved.
    """
    if not count:
        return f"up to {unsafe} can be fixed: --diff --unsafe-fixes shows how"
    sentence = f"{count} can be fixed: --diff shows how, --fix writes it"
    if unsafe:
        sentence += f"; up to {unsafe} more with --unsafe-fixes"
    return sentence


def describe_old_files(count: int) -> str:
    """Return the sentence about files that only releases before 0.3 read."""
    if count == 1:
        return "1 file is for 0.2 or earlier: 'stackcfg migrate' brings it to 0.3"
    return (
        f"{count} files are for 0.2 or earlier: 'stackcfg migrate' brings them to 0.3"
    )
