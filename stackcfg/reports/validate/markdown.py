"""Findings in Markdown: tables of the files and the rules, and a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.reports.markdown_tables import code, plain, table
from stackcfg.reports.validate.counts import count_findings
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import SEVERITIES, FileResult

FILES = ("file", "release", "errors", "warnings", "infos")
RULES = ("rule", "severity", "findings")


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return the tables of all results."""
    lines = ["### stackcfg validate", "", *table(FILES, map(_file_row, results))]
    rules = list(_rule_rows(results))
    if rules:
        findings = [line for result in results for line in _findings(result)]
        lines += ["", *table(RULES, rules), "", *findings]
    return "\n".join(lines) + "\n"


def _file_row(result: FileResult) -> list[str]:
    if result.problem:
        return [code(result.file), code(result.problem.message), "", "", ""]
    counts = count_findings([result])
    numbers = map(str, (counts.errors, counts.warnings, counts.infos))
    return [code(result.file), ", ".join(result.judges), *numbers]


def _findings(result: FileResult) -> Iterator[str]:
    for finding in result.findings:
        line, column = finding.span.start
        place = code(f"{result.file}:{line}:{column}")
        yield f"- {place} {finding.severity}: {plain(finding.message)}"


def _rule_rows(results: Sequence[FileResult]) -> Iterator[list[str]]:
    """Yield the rules that found something, the gravest and most frequent first."""
    counts = Counter(
        (finding.severity, finding.rule)
        for result in results
        for finding in result.findings
    )
    for severity in SEVERITIES:
        for (found, rule), count in counts.most_common():
            if found == severity:
                yield [code(rule), severity, str(count)]
