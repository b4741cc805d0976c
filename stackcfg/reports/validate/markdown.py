"""Findings in Markdown: tables of the files and the rules, and a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.errors import join_hint
from stackcfg.light_typing import Final
from stackcfg.reports.console.problems import locate
from stackcfg.reports.markdown_tables import code, plain, table
from stackcfg.reports.validate.counts import count_findings
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import SEVERITIES, FileResult, Finding

HEADING: Final = "### stackcfg validate"
FILES: Final = ("file", "release", "errors", "warnings", "infos")
RULES: Final = ("rule", "severity", "findings")


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return the tables of all results."""
    lines = [HEADING, ""]
    lines += table(FILES, map(_file_row, results))
    rules = list(_rule_rows(results))
    if rules:
        lines.append("")
        lines += table(RULES, rules)
        lines.append("")
        lines += _finding_lines(results)
    return "\n".join(lines) + "\n"


def _file_row(result: FileResult) -> list[str]:
    """Return the cells of a file: how much was found, or why it was refused."""
    file = code(result.file)
    problem = result.problem
    if problem:
        refused = code(join_hint(problem.message, problem.hint))
        return [code(locate(result.file, problem)), refused, "", "", ""]
    counts = count_findings([result])
    return [
        file,
        ", ".join(result.judges),
        str(counts.errors),
        str(counts.warnings),
        str(counts.infos),
    ]


def _rule_rows(results: Sequence[FileResult]) -> Iterator[list[str]]:
    """Yield the rules that found something, the gravest and most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        for finding in result.findings:
            counts[finding.severity, finding.rule] += 1
    for severity in SEVERITIES:
        for (found, rule), count in counts.most_common():
            if found == severity:
                yield [code(rule), severity, str(count)]


def _finding_lines(results: Sequence[FileResult]) -> Iterator[str]:
    for result in results:
        for finding in result.findings:
            yield _describe(result.file, finding)


def _describe(file: str, finding: Finding) -> str:
    line, column = finding.span.start
    place = code(f"{file}:{line}:{column}")
    message = plain(join_hint(finding.message, finding.help))
    return f"- {place} {finding.severity}: {message}"
