"""What a migration is asked to do."""

from __future__ import annotations

from typing import NamedTuple

from stackcfg.migration.planning.layouts import CONSOLIDATE, LAYOUTS
from stackcfg.releases.families import DEFAULT_TARGET, SOURCE_ROLE, Target, parse_target
from stackcfg.releases.stores import StoreField
from stackcfg.releases.versions import Release


class Settings(NamedTuple):
    """What a migration is asked to do.

    `declared` are store fields of providers outside the tree. `source` is the
    release that the files are for; if it is None, that is detected for each
    file. `asked` says that the user named the target: a file of later
    releases is then refused, and left as it is otherwise. `detect` asks for
    the detected releases in the result.
    """

    target: Target = DEFAULT_TARGET
    layout: str = CONSOLIDATE
    declared: tuple[StoreField, ...] = ()
    source: Release | None = None
    asked: bool = False
    detect: bool = False


def settings_for(
    target: str = DEFAULT_TARGET.name,
    layout: str = CONSOLIDATE,
    declared: tuple[StoreField, ...] = (),
    source: str | None = None,
) -> Settings:
    """Return settings for the words of a command line.

    Raises `ValueError` for a word that is none of the choices.
    """
    family = parse_target(target)
    if layout not in LAYOUTS:
        raise ValueError(f"layout '{layout}' is not one of {', '.join(LAYOUTS)}")
    if not source:
        return Settings(family, layout, declared)
    release = parse_target(source, role=SOURCE_ROLE).last
    if release > family.last:
        message = (
            f"'{source}' is later than {family.name}; downgrading is not supported"
        )
        raise ValueError(message)
    return Settings(family, layout, declared, release)
