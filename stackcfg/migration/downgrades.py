"""Refuses configs of releases after the named target."""

from __future__ import annotations

from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.migration.target_choice import ConfigStart
from stackcfg.releases.families import Target, describe_releases


def refuse_downgrade(start: ConfigStart, target: Target) -> None:
    """Raise `InputError` if a config is for releases after the target only."""
    if start.age.oldest <= target.last:
        return
    config = start.reader.config
    position = position_of_offset(config, config.document.root.start)
    if start.detected.proof:
        position = start.detected.proof[0].position
    releases = describe_releases(start.releases)
    message = (
        f"this file is for {releases}; downgrading to {target.name} is not supported"
    )
    raise InputError(message, position, "name a later --target")
