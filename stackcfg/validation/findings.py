"""What a validation returns: findings at their place in a file, as data."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING, NamedTuple
from stackcfg.loading.errors import Problem
from stackcfg.paths import Path
from stackcfg.yamltext.lines import Position

if TYPE_CHECKING:
    from stackcfg.validation.rule_finding import Change

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)
"""From worst to mildest: refused or lost by the server; ignored or
doubtful; good to know.
"""


IGNORE_MARK = "stackcfg:"
"""The beginning of every ignore comment."""


class Span(NamedTuple):
    """A span of a file: 1-based lines and columns in characters, `end`
    is exclusive.
    """

    start: Position
    end: Position


class RelatedLocation(NamedTuple):
    """Another place of a finding, as the definition of a referenced backend."""

    span: Span
    message: str


class Replacement(NamedTuple):
    """New text for a span of the file; an empty span is an insertion."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A change that removes a finding: replacements to make together.

    One that is not safe changes what the server does, or chooses
    between what may be meant. `changes` are what it does to the data of
    the config, `moved` the stores that have another location then.
    """

    message: str
    replacements: tuple[Replacement, ...]
    is_safe: bool = True
    changes: tuple[Change, ...] = ()
    moved: tuple[Path, ...] = ()


class Finding(NamedTuple):
    """One finding of one rule, located in a file.

    `message` says what the server will do, `help` what to write
    instead. `place` names the config in the file (`document 2`,
    `data.run.yaml`), empty if it is the file. `entry` is the path of
    the entry in the config. `has_hidden_fix`: it has a fix that is left
    out, since it is not safe.
    """

    rule: str
    severity: str
    message: str
    span: Span
    help: str = ""
    related: tuple[RelatedLocation, ...] = ()
    fix: Fix | None = None
    place: str = ""
    entry: str = ""
    has_hidden_fix: bool = False


class FileResult(NamedTuple):
    """The findings of one file in the order of its text, or why it
    could not be read.

    `ignored` counts the findings that comments in the file silence,
    `known` those that a baseline has. `judges` are the releases that
    its configs were judged by.
    """

    file: str
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    ignored: int = 0
    judges: tuple[str, ...] = ()
    known: int = 0


class RuleInfo(NamedTuple):
    """A rule as formats and pages show it; `page` is Markdown."""

    id: str
    severity: str
    summary: str
    page: str
