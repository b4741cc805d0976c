"""Findings for programs: versioned, described by `schemas/validate-report-v1.json`."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.reports.models.shape import describe_problem, to_json
from stackcfg.reports.models.validate import (
    CheckedFile,
    RelatedLocation,
    ReportedFinding,
    SuggestedFix,
    Summary,
    TextReplacement,
    ValidateReport,
)
from stackcfg.reports.validate.counts import count_findings
from stackcfg.validation import findings


def render(results: Sequence[findings.FileResult], target: str) -> str:
    """Return all results as one JSON document."""
    counts = count_findings(results)
    summary = Summary(
        files=counts.files,
        unchecked=counts.unchecked,
        errors=counts.errors,
        warnings=counts.warnings,
        infos=counts.infos,
        ignored=counts.ignored,
    )
    files = [describe_file(each) for each in results]
    return to_json(
        ValidateReport(version=1, target=target, files=files, summary=summary)
    )


def describe_file(result: findings.FileResult) -> CheckedFile:
    """Return the entry of the report for one file."""
    return CheckedFile(
        file=result.file,
        problem=describe_problem(result.problem),
        diagnostics=[_describe_finding(each) for each in result.findings],
        ignored=result.ignored,
    )


def _describe_finding(finding: findings.Finding) -> ReportedFinding:
    start, end = finding.span
    return ReportedFinding(
        rule=finding.rule,
        severity=finding.severity,
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        message=finding.message,
        help=finding.help,
        place=finding.place,
        related=[_describe_related(each) for each in finding.related],
        fix=_describe_fix(finding.fix),
    )


def _describe_related(related: findings.RelatedLocation) -> RelatedLocation:
    start, end = related.span
    return RelatedLocation(
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        message=related.message,
    )


def _describe_fix(fix: findings.Fix | None) -> SuggestedFix | None:
    if fix is None:
        return None
    replacements = [_describe_replacement(each) for each in fix.replacements]
    return SuggestedFix(message=fix.message, replacements=replacements)


def _describe_replacement(replacement: findings.Replacement) -> TextReplacement:
    start, end = replacement.span
    return TextReplacement(
        line=start.line,
        column=start.column,
        end_line=end.line,
        end_column=end.column,
        text=replacement.text,
    )
