"""What a migration is asked to do."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING, NamedTuple
from stackcfg.migration.planning.layouts import CONSOLIDATE, LAYOUTS
from stackcfg.releases.families import SOURCE_ROLE, Target, parse_target
from stackcfg.releases.stores import StoreField
from stackcfg.releases.versions import Release

if TYPE_CHECKING:
    from stackcfg.loading.chart_values import Chart


class Settings(NamedTuple):
    """What a migration is asked to do.

    A file of releases after the `target` is refused; without a target
    each file decides where it goes (`target_choice`). `declared` are
    store fields of providers outside the tree. `source` is the release
    that the files are for; if it is None, that is detected for each
    file, among those up to `until` if a file fits any of them. `detect`
    asks for the detected releases in the result. `engines` are names of
    backends, each with the engine that it gets. `releases` are those
    that the files fit, where that is known. `chart` has the values that
    a template of Helm writes. `renamed` are variables that the files
    around the config set under their new names, where it reads them so
    as well.
    """

    target: Target | None = None
    layout: str = CONSOLIDATE
    declared: tuple[StoreField, ...] = ()
    source: Release | None = None
    detect: bool = False
    until: Release | None = None
    engines: tuple[tuple[str, str], ...] = ()
    releases: frozenset[Release] = frozenset()
    chart: Chart | None = None
    renamed: frozenset[str] = frozenset()


def settings_for(
    target: str | None = None,
    layout: str = CONSOLIDATE,
    declared: tuple[StoreField, ...] = (),
    source: str | None = None,
) -> Settings:
    """Return settings for the words of a command line.

    Without a target each file decides where it goes. Raises
    `ValueError` for a word that is none of the choices.
    """
    named: Target | None = None
    if target is not None:
        named = parse_target(target)
    if layout not in LAYOUTS:
        raise ValueError(f"layout '{layout}' is not one of {', '.join(LAYOUTS)}")
    if not source:
        return Settings(named, layout, declared)
    release = parse_target(source, role=SOURCE_ROLE).last
    if named is not None and release > named.last:
        message = f"'{source}' is later than {named.name}; downgrading is not supported"
        raise ValueError(message)
    return Settings(named, layout, declared, release)
