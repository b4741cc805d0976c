"""Diagnostics for programs: versioned, described by `schemas/validate-report-v1.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import encodable
from stackcfg.reports.validate.counts import count_findings
from stackcfg.validation.findings import FileResult, Finding, Fix, Span

VERSION: Final = 1


def render(results: Sequence[FileResult], target: str) -> str:
    """All results as one JSON document."""
    document = {
        "version": VERSION,
        "target": target,
        "files": [_file(result) for result in results],
        "summary": asdict(count_findings(results)),
    }
    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _file(result: FileResult) -> dict[str, Any]:
    head: dict[str, Any] = {"file": result.file}
    if result.problem is not None:
        head["problem"] = _problem(result.problem)
    return head | {
        "diagnostics": [_diagnostic(each) for each in result.findings],
        "ignored": result.ignored,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    words: dict[str, Any] = {"message": problem.message, "hint": problem.hint}
    return (
        words | {"line": problem.line, "column": problem.column}
        if problem.line
        else words
    )


def _diagnostic(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        **_span(found.span),
        "message": found.message,
        "help": found.help,
        "place": found.place,
        "related": [
            {**_span(each.span), "message": each.message} for each in found.related
        ],
        "fix": _fix(found.fix) if found.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "message": fix.message,
        "replacements": [
            {**_span(each.span), "text": each.text} for each in fix.replacements
        ],
    }


def _span(span: Span) -> dict[str, int]:
    return {
        "line": span.start.line,
        "column": span.start.column,
        "end_line": span.end.line,
        "end_column": span.end.column,
    }
