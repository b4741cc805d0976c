"""What the target refuses in a config after its last hop.

Steps report what a release took away; the rules of `validate` find everything
else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.state import ConfigReader, MigrationState
from stackcfg.migration.target_choice import LEAVE
from stackcfg.releases.families import DEFAULT_TARGET, Target
from stackcfg.releases.versions import format_release
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.source_map import EditHistory, SourceMap

if TYPE_CHECKING:
    from stackcfg.validation.findings import Finding

# The steps of the releases that began to ask for an API report that it has no
# provider:
# most such files did not start before either.
LEFT_OUT: Final = frozenset({"missing-dependency", "api-without-provider"})

_QUOTED: Final = re.compile(r"'([^']+)'")


def find_refusals(
    state: MigrationState, history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield a note for each error of the new config that no step has reported.

    A config that is left as it is, or needed no edit, is left to `validate`.
    """
    target = state.target
    if state.course == LEAVE:
        return
    if not state.changed and not state.age.possibly_before(target.first):
        return
    errors = list(_find_errors(state.now, target))
    if not errors:
        return
    known = _known_errors(state, target)
    lines, source_map = LineIndex(history.text), SourceMap(history)
    reported = list(state.notes)
    for error in errors:
        if (error.rule, _subject(error)) in known:
            continue
        position = source_map.find_source(lines.offset(error.span.start))
        note = MigrationNote(ACTION_REQUIRED, error.message, position)
        if not any(_is_same_problem(note, other) for other in reported):
            yield note


def _is_same_problem(note: MigrationNote, other: MigrationNote) -> bool:
    if other.severity != ACTION_REQUIRED or other.position.line != note.position.line:
        return False
    names = set(_QUOTED.findall(note.message))
    return not names.isdisjoint(_QUOTED.findall(other.message))


def _find_errors(reader: ConfigReader, target: Target) -> Iterator[Finding]:
    from stackcfg.validation.engine import Settings, validate_config
    from stackcfg.validation.findings import ERROR

    settings = Settings(target, ignored=LEFT_OUT, errors_only=True)
    # an empty catalog can be one that the reader did not look for
    known = reader.catalog(target.last)
    stores = known if known.stores else None
    found, _ = validate_config(reader.config, reader.store_fields, settings, stores)
    for finding in found:
        # of comments that silence nothing, there are warnings
        if finding.severity == ERROR:
            yield finding


def _known_errors(state: MigrationState, target: Target) -> set[tuple[str, str]]:
    """Return the errors that the file had before, as rule and subject.

    If the user names a later target, every error counts: the server must
    start. The default target only promises that nothing gets worse, since
    samples that were never complete come there as well.
    """
    release = target
    if state.age.possibly_before(target.first):
        if target.last > DEFAULT_TARGET.last:
            return set()
        release = _newest_before(target, state)
    errors = _find_errors(state.original, release)
    return {(error.rule, _subject(error)) for error in errors}


def _newest_before(target: Target, state: MigrationState) -> Target:
    """Return the newest release before the target that the file can be for."""
    releases = {state.age.newest, state.age.oldest}
    if state.detected is not None:
        releases |= state.detected.releases
    newest = max(release for release in releases if release < target.first)
    return Target(format_release(newest), newest, newest)


def _subject(error: Finding) -> str:
    """Return the first name in a message.

    Names after it can be those of sections, which have other names in other
    releases.
    """
    found = _QUOTED.search(error.message)
    if found is None:
        return ""
    return found.group(1)
