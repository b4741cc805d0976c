"""The JSON report of `validate`, version 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from stackcfg.reports.models.shape import Count, OneOf, Ordinal, Problem, Shape
from stackcfg.validation.findings import SEVERITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedLocation(Shape):
    """Another location in the same file that belongs to a finding, and what it is."""

    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReplacement(Shape):
    """New text for a span of the file; an empty span is an insertion."""

    line: Ordinal
    column: Ordinal
    end_line: Ordinal
    end_column: Ordinal
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedFix(Shape):
    """What fixes a finding: a sentence and the replacements, which belong together."""

    message: str
    replacements: list[TextReplacement]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding(Shape):
    """One finding of one rule; `place` is the config inside the file, empty for the file itself.

    Lines and columns are 1-based, columns in characters; the end is just behind the last
    character.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile(Shape):
    """What was found in one file; `ignored` counts findings that its comments silence."""

    file: str
    problem: Problem | None = None
    diagnostics: list[ReportedFinding]
    ignored: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Shape):
    """How much was found in all files; `unchecked` counts files that could not be checked."""

    files: Count
    unchecked: Count
    errors: Count
    warnings: Count
    infos: Count
    ignored: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateReport(Shape):
    """The whole report."""

    version: Literal[1]
    target: str
    files: list[CheckedFile]
    summary: Summary
