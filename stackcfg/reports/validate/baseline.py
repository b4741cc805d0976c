"""Findings as a baseline, version 1, described by `schemas/baseline-v1.json`.

It names no line, no date and no version, so that it changes only where
findings do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from stackcfg.reports.json_document import to_json
from stackcfg.reports.shape import Shape
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.findings import FileResult
from stackcfg.validation.fingerprints import fingerprint, stable_message


class BaselineFinding(Shape):
    """A known finding; it is recognized by its file and its fingerprint.

    The file is relative to the folder of the baseline, with forward
    slashes. `place` is the config inside the file, `entry` the path of
    the entry in the config.
    """

    file: str
    rule: str
    place: str
    entry: str
    message: str
    fingerprint: str


class BaselineReport(Shape):
    """The findings that `validate --baseline` leaves out."""

    version: Literal[1]
    findings: list[BaselineFinding]


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return the findings of all results as one JSON document.

    Problems are no part of it.
    """
    findings: list[BaselineFinding] = []
    for result in sorted(results, key=lambda each: each.file):
        findings += _describe_findings(result)
    return to_json(BaselineReport(1, findings))


def _describe_findings(result: FileResult) -> Iterator[BaselineFinding]:
    for each in result.findings:
        yield BaselineFinding(
            result.file,
            each.rule,
            each.place,
            each.entry,
            stable_message(each),
            fingerprint(each),
        )
