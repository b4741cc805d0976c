"""Refuses what the next run with the same options would refuse or change.

A config can have entries of different releases. The result of the hops
can then look as if it were for earlier or later releases than the
config was, and the next run would believe it. If the user names the
release of the file, that is not checked.
"""

from __future__ import annotations

from collections.abc import Callable

from stackcfg.light_typing import Final
from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_evidence import has_only_catalog
from stackcfg.loading.release_fit import DetectedReleases, Evidence, detect_releases
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.schedule import hops_to
from stackcfg.migration.state import MigrationState
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import DEFAULT_TARGET, Target, describe_releases
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.source_map import EditHistory, SourceMap

HINT: Final = "name another --target, or the release of the file with --from"

Changes = Callable[[str], bool]
"""Whether the next run changes a text."""


def refuse_unstable_result(
    states: list[MigrationState], history: EditHistory, changes: Changes
) -> None:
    """Raise `InputError` if the next run would refuse the new text, or change it."""
    for state in states:
        before = state.detected
        if state.settings.source is not None or not state.changed:
            continue
        now = state.now
        inline = now.inline_stores(DEFAULT_TARGET.last)
        if _is_certainly_later(state, before, inline):
            continue
        after = detect_releases(now.config, now.store_fields, inline)
        if state.settings.target is not None:
            _refuse_later_result(state, after, history)
        if _seems_older(state, before, after) and changes(history.text):
            fits = describe_releases(before.releases)
            message = (
                f"this file seems to be for {fits}, but migrated to "
                f"{state.target.name} it seems to be for "
                f"{describe_releases(after.releases)}"
            )
            raise InputError(message, _position_of(state, after, history), HINT)


def _is_certainly_later(
    state: MigrationState, before: DetectedReleases, inline: StoreMap
) -> bool:
    """Return whether a result has a catalog, and the config was for
    releases without one: the result is for later releases, as it must
    be.

    A named target can be too early for it.
    """
    if state.settings.target is not None or max(before.releases) >= CATALOG_SINCE:
        return False
    return has_only_catalog(state.now.config.data, inline)


def _refuse_later_result(
    state: MigrationState, found: DetectedReleases, history: EditHistory
) -> None:
    """Raise `InputError` if only releases after the named target read a result."""
    target = state.target
    if min(found.releases) <= target.last:
        return
    what, releases = "this file", found.releases
    unread = _find_unread(found, target)
    if unread is not None:
        what, releases = unread.what, unread.releases
    message = (
        f"{what} is for {describe_releases(releases)}, and other entries are for "
        f"other releases; a migration to {target.name} would mix them"
    )
    raise InputError(message, _position_of(state, found, history), HINT)


def _find_unread(found: DetectedReleases, target: Target) -> Evidence | None:
    """Return the first entry that a target does not read, if there is one."""
    unread = (each for each in found.proof if target.last not in each.releases)
    return next(unread, None)


def _seems_older(
    state: MigrationState, before: DetectedReleases, after: DetectedReleases
) -> bool:
    """Return whether a result could get steps for which the config was too new."""
    old = FileAge(min(before.releases), max(before.releases))
    new = FileAge(min(after.releases), max(after.releases))
    if new.oldest < old.oldest:
        return True
    return any(
        new.certainly_before(hop.since) and not old.certainly_before(hop.since)
        for hop in hops_to(state.target)
    )


def _position_of(
    state: MigrationState, found: DetectedReleases, history: EditHistory
) -> Position:
    """Return the place, in the first text, of the entry that the target
    does not read, or of the config.
    """
    config = state.now.config
    where = position_of_offset(config, config.document.root.start)
    unread = _find_unread(found, state.target)
    if unread is not None:
        where = unread.position
    offset = LineIndex(history.text).offset(where)
    return SourceMap(history).find_source(offset)
