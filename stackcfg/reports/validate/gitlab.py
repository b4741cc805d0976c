"""Findings as a Code Quality report of GitLab, which merge requests show."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from stackcfg.light_typing import Any, Final
from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import encodable, flat, visible
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import ERROR, INFO, WARNING, FileResult, Finding
from stackcfg.validation.fingerprints import LENGTH, numbered_fingerprints

Json = dict[str, Any]
SEVERITIES: Final = {ERROR: "major", WARNING: "minor", INFO: "info"}
UNREADABLE: Final = "unreadable"
"""The name of the check that a file fails that cannot be read."""


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return all results as one JSON list."""
    issues = [issue for result in results for issue in _describe_file(result)]
    return encodable(json.dumps(issues, indent=2, ensure_ascii=False)) + "\n"


def _describe_file(result: FileResult) -> Iterator[Json]:
    # GitLab finds a file by its path in the repository, without './'
    file = visible(PurePath(result.file).as_posix())
    if result.problem:
        yield _describe_problem(file, result.problem)
    fingerprints = numbered_fingerprints(result.findings, file)
    for finding, mark in zip(result.findings, fingerprints, strict=True):
        yield _describe_finding(file, finding, mark)


def _describe_finding(file: str, finding: Finding, mark: str) -> Json:
    start, end = finding.span
    return {
        "description": _join_help(finding.message, finding.help),
        "check_name": finding.rule,
        "fingerprint": mark,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": file,
            "lines": {"begin": start.line, "end": max(start.line, end.line)},
        },
    }


def _describe_problem(file: str, problem: Problem) -> Json:
    encoded = f"{file}\0{UNREADABLE}".encode("utf-8", "surrogatepass")
    return {
        "description": _join_help(problem.message, problem.hint),
        "check_name": UNREADABLE,
        "fingerprint": hashlib.sha256(encoded).hexdigest()[:LENGTH],
        "severity": "blocker",
        "location": {"path": file, "lines": {"begin": max(problem.line, 1)}},
    }


def _join_help(message: str, advice: str) -> str:
    if not advice:
        return flat(message)
    return f"{flat(message)}; {flat(advice)}"
