"""What the target refuses in a config after its last hop.

Steps report what a release took away; the rules of `validate` find everything else. An API that a provider asks for and
that has none is left to the steps of the releases that began to ask: most such files did not start before either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.state import ConfigReader, MigrationState
from stackcfg.releases.families import DEFAULT_TARGET, Target
from stackcfg.releases.versions import format_release
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.source_map import EditHistory, SourceMap

if TYPE_CHECKING:
    from stackcfg.validation.findings import Finding

LEFT_OUT: Final = frozenset({"missing-dependency", "api-without-provider"})
"""Rules whose errors are left to the steps."""

_QUOTED: Final = re.compile(r"'([^']+)'")


def find_refusals(
    state: MigrationState, history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield a note for each error of the new config that no step has reported, at its place in the original text.

    A file of the target that needed no edit is left to `validate`.
    """
    target = state.settings.target
    if not state.changed and not state.age.possibly_before(target.first):
        return
    errors = list(_find_errors(state.now, target))
    if not errors:
        return
    known = _known_errors(state, target)
    lines, source_map = LineIndex(history.text), SourceMap(history)
    reported = [note for note in state.notes if note.severity == ACTION_REQUIRED]
    for error in errors:
        position = source_map.find_source(lines.offset(error.span.start))
        names = set(_QUOTED.findall(error.message))
        is_reported = any(
            note.position.line == position.line
            and not names.isdisjoint(_QUOTED.findall(note.message))
            for note in reported
        )
        if not is_reported and (error.rule, _subject(error)) not in known:
            yield MigrationNote(ACTION_REQUIRED, error.message, position)


def _find_errors(reader: ConfigReader, target: Target) -> Iterator[Finding]:
    from stackcfg.validation.engine import Settings, validate_config
    from stackcfg.validation.findings import ERROR

    settings = Settings(target, ignored=LEFT_OUT)
    found, _ = validate_config(reader.config, reader.store_fields, settings)
    yield from (each for each in found if each.severity == ERROR)


def _known_errors(state: MigrationState, target: Target) -> set[tuple[str, str]]:
    """Return the errors that the file had before, as rule and subject: no migration has to mend them.

    Who names a later target for an older file wants a server that starts, so there every error counts. The default
    target only promises that nothing gets worse: samples that were never complete come there as well.
    """
    release = target
    if state.age.possibly_before(target.first):
        if target.last > DEFAULT_TARGET.last:
            return set()
        release = _newest_before(target, state)
    errors = _find_errors(state.original, release)
    return {(error.rule, _subject(error)) for error in errors}


def _newest_before(target: Target, state: MigrationState) -> Target:
    """Return the newest release that the file can be for and that is older than the target."""
    releases = {state.age.newest, state.age.oldest}
    if state.detected is not None:
        releases |= state.detected.releases
    newest = max(each for each in releases if each < target.first)
    return Target(format_release(newest), newest, newest)


def _subject(error: Finding) -> str:
    """Return the first name of a message; the section that it is in can have another name in another release."""
    found = _QUOTED.search(error.message)
    return found.group(1) if found else ""
