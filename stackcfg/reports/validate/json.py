"""Findings for programs: version 1, described by
`schemas/validate-report-v1.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from stackcfg.reports.json_document import Problem, describe_problem, to_json
from stackcfg.reports.shape import Count, OneOf, Ordinal, Shape
from stackcfg.reports.validate.counts import count_findings
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import SEVERITIES, FileResult, Finding, Fix, Span


class RelatedLocation(Shape):
    """Another location in the same file that belongs to a finding, and what it is."""

    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
    message: str


class TextReplacement(Shape):
    """New text for a span of the file; an empty span is an insertion."""

    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
    text: str


class SuggestedFix(Shape):
    """What fixes a finding: a sentence and the replacements, which belong together.

    A fix that is not `safe` changes what the server does, or chooses
    between what may be meant.
    """

    message: str
    replacements: list[TextReplacement]
    safe: bool


class ReportedFinding(Shape):
    """One finding of one rule; `place` is the config inside the file, empty for the file itself.

    Lines and columns are 1-based, columns in characters; the end is
    just behind the last character.
    """

    rule: str
    severity: Annotated[str, OneOf(*SEVERITIES)]
    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
    message: str
    help: str
    place: str
    related: list[RelatedLocation]
    fix: SuggestedFix | None


class CheckedFile(Shape, kw_only=True):
    """What was found in one file.

    `ignored` counts findings that its comments silence, `known` those
    that the baseline has.

    `releases` are those that its run configs were judged by.
    """

    file: str
    problem: Problem | None = None
    diagnostics: list[ReportedFinding]
    ignored: Count
    releases: list[str]
    known: Count


class Counts(Shape):
    """How much was found in all files; `unchecked` counts files that could not be checked."""

    files: Count
    unchecked: Count
    errors: Count
    warnings: Count
    infos: Count
    ignored: Count
    known: Count


class ValidateReport(Shape):
    """The whole report.

    `target` is the named one, else the release that all files were
    judged by; empty where there were several.
    """

    version: Literal[1]
    target: str
    files: list[CheckedFile]
    summary: Counts


def render(results: Sequence[FileResult], context: Context) -> str:
    """Return all results as one JSON document."""
    files = [describe_file(each) for each in results]
    counts = Counts(*count_findings(results))
    target = context.target
    judges = {judge for each in results for judge in each.judges}
    if not target and len(judges) == 1:
        [target] = judges
    return to_json(ValidateReport(1, target, files, counts))


def describe_file(result: FileResult) -> CheckedFile:
    """Return the entry of the report for one file."""
    return CheckedFile(
        file=result.file,
        problem=describe_problem(result.problem),
        diagnostics=[_describe_finding(each) for each in result.findings],
        ignored=result.ignored,
        releases=list(result.judges),
        known=result.known,
    )


def _describe_finding(finding: Finding) -> ReportedFinding:
    related = [
        RelatedLocation(*_edges(each.span), each.message) for each in finding.related
    ]
    return ReportedFinding(
        finding.rule,
        finding.severity,
        *_edges(finding.span),
        message=finding.message,
        help=finding.help,
        place=finding.place,
        related=related,
        fix=_describe_fix(finding.fix),
    )


def _describe_fix(fix: Fix | None) -> SuggestedFix | None:
    if fix is None:
        return None
    replacements = [
        TextReplacement(*_edges(each.span), each.text) for each in fix.replacements
    ]
    return SuggestedFix(fix.message, replacements, fix.is_safe)


def _edges(span: Span) -> tuple[int, int, int, int]:
    return (*span.start, *span.end)
