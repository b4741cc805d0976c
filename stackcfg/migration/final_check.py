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
_QUOTED: Final = re.compile(r"'([^']+)'")


def find_refusals(
    state: MigrationState, history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield a note for each error of the new config that no step has reported, at its place in the original text.

    A file that is not older than the target is left to `validate`.
    """
    target = state.settings.target
    if not state.age.possibly_before(target.first):
        return
    errors = list(_find_errors(state.now, target))
    if not errors:
        return
    own = _own_errors(state, target)
    lines, source_map = LineIndex(history.text), SourceMap(history)
    reported = [note for note in state.notes if note.severity == ACTION_REQUIRED]
    for error in errors:
        position = source_map.find_source(lines.offset(error.span.start))
        names = _quoted_names(error.message)
        is_reported = any(
            note.position.line == position.line and names & _quoted_names(note.message)
            for note in reported
        )
        if not is_reported and (error.rule, _subject(error.message)) not in own:
            yield MigrationNote(ACTION_REQUIRED, error.message, position)


def _find_errors(reader: ConfigReader, target: Target) -> Iterator[Finding]:
    from stackcfg.validation.engine import Settings, validate_config
    from stackcfg.validation.findings import ERROR

    settings = Settings(target, ignored=LEFT_OUT)
    found, _ = validate_config(reader.config, reader.store_fields, settings)
    yield from (each for each in found if each.severity == ERROR)


def _own_errors(state: MigrationState, target: Target) -> set[tuple[str, str]]:
    """Return the errors of the original for its own release, as rule and subject; none for a target after the default.

    Who names a later target wants a file that starts. The default one only promises that nothing gets worse: samples
    that were never complete come there as well.
    """
    if target.last > DEFAULT_TARGET.last:
        return set()
    releases = [state.age.newest, state.age.oldest]
    if state.detected is not None:
        releases += state.detected.releases
    release = max(each for each in releases if each < target.first)
    source = Target(format_release(release), release, release)
    errors = _find_errors(state.original, source)
    return {(error.rule, _subject(error.message)) for error in errors}


def _quoted_names(message: str) -> set[str]:
    return set(_QUOTED.findall(message))


def _subject(message: str) -> str:
    """Return the first quoted name of a message; the section around it can have another name in another release."""
    found = _QUOTED.search(message)
    return found.group(1) if found else ""
