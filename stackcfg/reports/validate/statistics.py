"""How often each rule found something, the most frequent rule first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.reports.console.characters import visible
from stackcfg.reports.console.colors import Lines, join_lines, paint
from stackcfg.reports.console.problems import problem_line
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import SEVERITIES, WARNING, FileResult, Finding


def render(results: Sequence[FileResult], context: Context) -> str:
    """Return a line for each rule that found something, behind the problems."""
    return join_lines(_lines(results), context.colored)


def _lines(results: Sequence[FileResult]) -> Lines:
    for result in results:
        if result.problem:
            yield problem_line(result.file, result.problem)
    yield from _count_lines([each for result in results for each in result.findings])


def _count_lines(findings: Sequence[Finding]) -> Iterator[str]:
    counts = Counter((each.rule, each.severity) for each in findings)
    fixable = Counter((each.rule, each.severity) for each in findings if each.fix)
    digits = len(str(max(counts.values(), default=0)))
    width = max((len(rule) for rule, _ in counts), default=0)
    for (rule, severity), count in sorted(counts.items(), key=_order_of):
        name = f"{visible(rule):{width}}"
        line = f"{count:{digits}}  {name}  {paint(severity, severity)}"
        if fixable[rule, severity]:
            gap = " " * (len(WARNING) - len(severity))
            line += f"{gap}  {fixable[rule, severity]} can be fixed"
        yield line


def _order_of(counted: tuple[tuple[str, str], int]) -> tuple[int, int, str]:
    (rule, severity), count = counted
    return -count, SEVERITIES.index(severity), rule
