"""What a validation says: diagnostics at their place in a file, as data. No rule and no format is known here."""

from __future__ import annotations

from typing import Final, NamedTuple

from stackcfg.loading.errors import Problem
from stackcfg.yamltext.lines import Position

ERROR: Final = "error"
WARNING: Final = "warning"
INFO: Final = "info"
SEVERITIES: Final = (ERROR, WARNING, INFO)
"""From worst to mildest: refused or lost by the server; ignored or doubtful; good to know."""


class Span(NamedTuple):
    """A stretch of a file: 1-based lines and columns in characters, `end` just behind the last character."""

    start: Position
    end: Position


class RelatedLocation(NamedTuple):
    """Another place that a diagnostic speaks of, as the definition that a reference leads to."""

    span: Span
    message: str


class Replacement(NamedTuple):
    """New text for a stretch of the file; an empty stretch is an insertion."""

    span: Span
    text: str


class Fix(NamedTuple):
    """What would mend it: a sentence and the replacements, which belong together."""

    message: str
    replacements: tuple[Replacement, ...]


class Finding(NamedTuple):
    """One finding of one rule.

    `message` says what the server will do, `help` what to write instead. `place` names the config inside the file
    (`document 2`, `data.run.yaml`), empty for the file itself.
    """

    rule: str
    severity: str
    message: str
    span: Span
    help: str = ""
    related: tuple[RelatedLocation, ...] = ()
    fix: Fix | None = None
    place: str = ""


class FileResult(NamedTuple):
    """What was found in one file: diagnostics in the order of the text, or the problem that kept it from being read.

    `ignored` counts the findings that comments in the file silence.
    """

    file: str
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    ignored: int = 0


class RuleInfo(NamedTuple):
    """What formats and pages show of a rule: its id, usual severity, one sentence, and its page as Markdown."""

    id: str
    severity: str
    summary: str
    page: str
