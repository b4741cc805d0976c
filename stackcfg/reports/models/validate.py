"""The JSON report of `validate` as typed models: the source of `schemas/validate-report-v1.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Stretch(_Strict):
    """Lines and columns are 1-based, columns in characters; the end is just behind the last character."""

    line: int = Field(ge=1)
    column: int = Field(ge=1)
    end_line: int = Field(ge=1)
    end_column: int = Field(ge=1)


class RelatedPlace(_Stretch):
    """Another place in the same file that a diagnostic speaks of, and what it is."""

    message: str


class TextReplacement(_Stretch):
    """New text for a stretch of the file; an empty stretch is an insertion."""

    text: str


class SuggestedFix(_Strict):
    """What would mend it: a sentence and the replacements, which belong together."""

    message: str
    replacements: list[TextReplacement]


class Finding(_Stretch):
    """One finding of one rule; `place` is the config inside the file, empty for the file itself."""

    rule: str
    severity: Literal["error", "warning", "info"]
    message: str
    help: str
    place: str
    related: list[RelatedPlace]
    fix: SuggestedFix | None


class FileProblem(_Strict):
    """Why a file could not be checked; without line and column where it has no place."""

    message: str
    hint: str
    line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)


class CheckedFile(_Strict):
    """What was found in one file; `ignored` counts findings that its comments silence."""

    file: str
    problem: FileProblem | None = None
    diagnostics: list[Finding]
    ignored: int = Field(ge=0)


class Summary(_Strict):
    """How much was found in all files; `unchecked` is how many of them could not be checked."""

    files: int = Field(ge=0)
    unchecked: int = Field(ge=0)
    errors: int = Field(ge=0)
    warnings: int = Field(ge=0)
    infos: int = Field(ge=0)
    ignored: int = Field(ge=0)


class ValidateReport(_Strict):
    """The whole report."""

    version: Literal[1]
    target: str
    files: list[CheckedFile]
    summary: Summary
