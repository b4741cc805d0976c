"""Refuses what the next run with the same options would refuse or change.

A config can have entries of two ages. What the hops leave of it can then look
certainly older or later than the config itself, and nobody could tell it from
a config that is. A release that the user named is taken at its word.
"""

from __future__ import annotations

from collections.abc import Callable

from stackcfg.loading.configs import position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_fit import DetectedReleases, detect_releases
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.schedule import hops_to
from stackcfg.migration.state import MigrationState
from stackcfg.releases.families import DEFAULT_TARGET, describe_releases
from stackcfg.releases.versions import Release
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.source_map import EditHistory, SourceMap

Changes = Callable[[str], bool]
"""Whether the next run changes a text."""


def refuse_unstable_result(
    states: list[MigrationState], history: EditHistory, changes: Changes
) -> None:
    """Raise `InputError` if the next run would refuse the new text, or change it."""
    for state in states:
        if state.settings.source is not None or not state.changed:
            continue
        now = state.now
        inline = now.inline_stores(DEFAULT_TARGET.last)
        found = detect_releases(now.config, now.store_fields, inline)
        if state.settings.target is not None:
            _refuse_later_result(state, found, history)
        since = _newly_certain(state, found)
        if since is not None and changes(history.text):
            raise _two_ages_error(state, found, since, history)


def _refuse_later_result(
    state: MigrationState, found: DetectedReleases, history: EditHistory
) -> None:
    """Raise `InputError` if only releases after the named target read a result."""
    target = state.target
    if min(found.releases) <= target.last:
        return
    raise _two_ages_error(state, found, target.last, history)


def _newly_certain(state: MigrationState, found: DetectedReleases) -> Release | None:
    """Return the first release before which a result certainly is, though the
    config was not.
    """
    age = FileAge(min(found.releases), max(found.releases))
    for hop in hops_to(state.target):
        before = state.age.certainly_before(hop.since)
        if age.certainly_before(hop.since) and not before:
            return hop.since
    return None


def _two_ages_error(
    state: MigrationState,
    found: DetectedReleases,
    release: Release,
    history: EditHistory,
) -> InputError:
    """Return the error that names the first entry which a release does not read."""
    config = state.now.config
    what, releases = "this file", found.releases
    where = position_of_offset(config, config.document.root.start)
    for each in found.proof:
        if release not in each.releases:
            what, releases, where = each.what, each.releases, each.position
            break
    message = (
        f"{what} is for {describe_releases(releases)}, and other entries are for "
        f"other releases; a migration to {state.target.name} would mix them"
    )
    offset = LineIndex(history.text).offset(where)
    position = SourceMap(history).find_source(offset)
    hint = "name another --target, or the release of the file with --from"
    return InputError(message, position, hint)
