"""The question which release an unchanged file is for.

A file that names no store fits releases before the catalog as well as
later ones, whose stores are elsewhere. Without `--target` or `--from`
the newest of them is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.loading.config_positions import position_of_offset
from stackcfg.migration.changes import CHECK
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.state import MigrationState
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import describe_releases
from stackcfg.releases.versions import format_release


def ask_for_old_server(state: MigrationState) -> Iterator[MigrationNote]:
    """Yield the question if a config that is left can be for an
    inline-store release.
    """
    settings, detected = state.settings, state.detected
    if settings.target is not None or settings.source is not None:
        return
    old = frozenset(each for each in detected.releases if each < CATALOG_SINCE)
    if not old:
        return
    family = format_release(max(old)[:2])
    message = (
        f"this file can be for {describe_releases(old)}, too; if its server is one of "
        f"them, run this again with '--from {family}'"
    )
    config = state.now.config
    place = position_of_offset(config, config.document.root.start)
    yield MigrationNote(CHECK, message, place)


def name_contradiction(state: MigrationState) -> Iterator[MigrationNote]:
    """Yield a note if the release that the user named has a catalog of
    stores, but the config is for releases without one.

    Single keys of other releases prove nothing: servers drop them.
    """
    source, fitting = state.settings.source, state.detected.releases
    if source is None or not max(fitting) < CATALOG_SINCE <= source:
        return
    for proof in state.detected.proof:
        if source not in proof.releases:
            message = (
                f"{proof.what} is only in {describe_releases(proof.releases)}, and "
                f"'--from' names {format_release(source)}; leave it out, or name the "
                "release of the old server"
            )
            yield MigrationNote(CHECK, message, proof.position)
            return
