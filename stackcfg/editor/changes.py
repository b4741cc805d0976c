"""Changes that an editor offers: fixes, ignore comments, and the migration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from stackcfg.editor.analysis import Analysis
from stackcfg.editor.text_index import Range, TextEdit, TextIndex, lines_of
from stackcfg.errors import StackcfgError, join_hint
from stackcfg.loading.errors import InputError
from stackcfg.migration.engine import migrate
from stackcfg.migration.settings import settings_for
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.validation.engine import fix as fix_text
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import Finding, Fix
from stackcfg.validation.settings import Settings
from stackcfg.validation.silencing import silence
from stackcfg.yamltext.line_matching import LineMatcher
from stackcfg.yamltext.lines import LineIndex

REASON: Final = "TODO: say why"
"""The reason of a comment that an editor writes, for the user to replace."""


class Change(NamedTuple):
    """A change that is offered: its title, its edits, the finding that it ends.

    `is_certain`: it is the one to take.
    """

    title: str
    edits: tuple[TextEdit, ...]
    finding: Finding | None = None
    is_certain: bool = False


class Migrated(NamedTuple):
    """A migrated text, or why there is none; `notes` are what is reported."""

    text: str
    changed: bool = False
    notes: tuple[str, ...] = ()
    problem: str = ""


def quick_fixes(
    text: str, settings: Settings, index: TextIndex, wanted: Range
) -> list[Change]:
    """Return the fixes and comments for the findings in a range.

    Each fix is proved. The list is empty for a text that cannot be
    read.
    """
    every = settings._replace(unsafe_fixes=True)
    try:
        found = validate(text, every)
    except InputError:
        return []
    changes: list[Change] = []
    for finding in found.findings:
        place = index.range_of(finding.span)
        if not _overlap(place, wanted):
            continue
        if finding.fix is not None:
            change = _fix_one(finding, finding.fix, index)
            changes.append(change)
        silenced = silence(text, found, [finding], every, REASON)
        if silenced.silenced:
            title = f"ignore {finding.rule} here"
            edits = tuple(line_edits(text, silenced.text, index))
            changes.append(Change(title, edits, finding))
    return changes


def _fix_one(finding: Finding, fix: Fix, index: TextIndex) -> Change:
    """Return the change that makes a fix, marked if it is not safe."""
    edits = _edits_of(fix, index)
    title = fix.message or f"fix {finding.rule}"
    if not fix.is_safe:
        title += " (unsafe)"
    return Change(title, edits, finding, is_certain=fix.is_safe)


def fix_all(text: str, settings: Settings, index: TextIndex) -> Change | None:
    """Return the change that makes all fixes of a text; None without any."""
    try:
        fixed = fix_text(text, settings)
    except InputError:
        return None
    if not fixed.applied:
        return None
    edits = tuple(line_edits(text, fixed.text, index))
    return Change(f"fix all that is certain ({fixed.applied})", edits)


def _edits_of(made: Fix, index: TextIndex) -> tuple[TextEdit, ...]:
    edits = []
    for replacement in made.replacements:
        area = index.range_of(replacement.span)
        edits.append(TextEdit(area, replacement.text))
    return tuple(edits)


def _overlap(one: Range, other: Range) -> bool:
    return one.start <= other.end and other.start <= one.end


def can_migrate(analysis: Analysis) -> bool:
    """Return whether a file has a config of a release before the catalog."""
    return any(target.last < CATALOG_SINCE for target in analysis.targets)


def migrate_text(text: str, settings: Settings, target: str | None = None) -> Migrated:
    """Return a migrated text; without a target the text decides where it goes."""
    try:
        chosen = settings_for(target, declared=settings.declared)
        result = migrate(text, chosen._replace(detect=True))
    except ValueError as error:
        return Migrated(text, problem=str(error))
    except StackcfgError as error:
        line, _ = error.position
        message = mask_secrets(join_hint(error.message, error.hint))
        if line:
            message = f"line {line}: {message}"
        return Migrated(text, problem=message)
    notes = [note for config in result.configs for note in config.notes]
    described = tuple(f"{note.severity}: {note.message}" for note in notes)
    return Migrated(result.text, result.changed, described)


def line_edits(old: str, new: str, index: TextIndex) -> Iterator[TextEdit]:
    """Yield the edits of whole lines that make one text of another."""
    mark = len(old) - len(index.body)
    starts = LineIndex(old).starts
    new_lines = lines_of(new)
    matcher = LineMatcher(lines_of(old), new_lines)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag == "equal":
            continue
        start = starts[first]
        end = len(old)
        if last < len(starts):
            end = starts[last]
        span = index.range(start - mark, end - mark)
        text = "".join(new_lines[new_first:new_last])
        yield TextEdit(span, text)
