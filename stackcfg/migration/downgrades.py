"""Refuses configs of releases after the named target, before and after the hops.

A config can have entries of two ages. Nobody can tell what a migration leaves
of it from a config of a later release, so both are refused alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackcfg.loading.configs import position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_fit import detect_releases
from stackcfg.migration.target_choice import ConfigStart
from stackcfg.releases.families import DEFAULT_TARGET, Target, describe_releases
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.source_map import EditHistory, SourceMap

if TYPE_CHECKING:
    from stackcfg.migration.state import MigrationState


def refuse_downgrade(start: ConfigStart, target: Target) -> None:
    """Raise `InputError` if a config is for releases after the target only."""
    if start.age.oldest <= target.last:
        return
    config = start.reader.config
    position = position_of_offset(config, config.document.root.start)
    if start.detected is not None and start.detected.proof:
        position = start.detected.proof[0].position
    releases = describe_releases(start.releases)
    message = (
        f"this file is for {releases}; downgrading to {target.name} is not supported"
    )
    raise InputError(message, position, "name a later --target")


def refuse_later_result(state: MigrationState, history: EditHistory) -> None:
    """Raise `InputError` if only later releases read what the hops have left.

    A release that the user named is taken at its word.
    """
    settings, target = state.settings, state.target
    if settings.target is None or settings.source is not None or not state.changed:
        return
    now = state.now
    inline = now.inline_stores(DEFAULT_TARGET.last)
    found = detect_releases(now.config, now.store_fields, inline)
    if min(found.releases) <= target.last:
        return
    root = now.config.document.root.start
    what, where = "this file", position_of_offset(now.config, root)
    releases = found.releases
    for each in found.proof:
        if target.last not in each.releases:
            what, releases, where = each.what, each.releases, each.position
            break
    message = (
        f"{what} is for {describe_releases(releases)}, and other entries are older; "
        f"downgrading to {target.name} is not supported"
    )
    offset = LineIndex(history.text).offset(where)
    position = SourceMap(history).find_source(offset)
    hint = "name a later --target, or the release of the file with --from"
    raise InputError(message, position, hint)
