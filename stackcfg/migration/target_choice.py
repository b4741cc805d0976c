"""Which release a text is migrated to, and how far each config in it must go.

Without a named target each file decides: inline stores (0.2 and
earlier) become the catalog of 0.3; a config of a later release is left
as it is, or is completed in its own release where its catalog is half
finished. Nothing is written back to an earlier form.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final, Literal, NamedTuple
from stackcfg.loading.release_fit import DetectedReleases
from stackcfg.migration.file_age import FileAge
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import DEFAULT_TARGET, Target, target_of
from stackcfg.releases.resources import resource_lists
from stackcfg.releases.versions import Release

if TYPE_CHECKING:
    from stackcfg.migration.state import ConfigReader

Mode = Literal["migrate", "complete", "leave"]

MIGRATE: Final = "migrate"
"""The config is for earlier releases: every hop to the target is run."""

COMPLETE: Final = "complete"
"""The target is the config's own release, but its catalog is half finished."""

LEAVE: Final = "leave"
"""The target, or a later release, reads the config as it is."""


class ConfigStart(NamedTuple):
    """What is known of a config before the first hop.

    `releases` are those that the user named, or else those that it
    fits, as far as they are known. `is_unfinished`: releases with a
    catalog ignore some of it.
    """

    reader: ConfigReader
    releases: frozenset[Release]
    detected: DetectedReleases
    is_unfinished: bool

    @property
    def age(self) -> FileAge:
        """Return the oldest and the newest of the releases."""
        return FileAge(min(self.releases), max(self.releases))


def is_unfinished(reader: ConfigReader) -> bool:
    """Return whether a config still has what only releases before the
    catalog read: an inline store, or a list of resources with entries
    at the top level.

    An inline store beside its own reference does not count: the
    reference is the store.
    """
    inline = reader.inline_stores(DEFAULT_TARGET.last)
    if inline.unreadable or inline.has_unmoved:
        return True
    return any(reader.config.data.get(each.old) for each in resource_lists())


def choose_target(named: Target | None, starts: Sequence[ConfigStart]) -> Target:
    """Return the one target of a text.

    It is the named one. Without a name it is what the config that goes
    furthest needs, or the newest release that a config fits if none of
    them needs anything.
    """
    if named is not None:
        return named
    needed = [target for target in map(_own_target, starts) if target is not None]
    if needed:
        return max(needed, key=_last_of)
    return target_of(max(start.age.newest for start in starts))


def _own_target(start: ConfigStart) -> Target | None:
    """Return where a config goes if no target is named; None: nowhere."""
    if start.age.newest < CATALOG_SINCE:
        return DEFAULT_TARGET
    if start.is_unfinished:
        return _oldest_with_catalog(start.releases)
    return None


def _oldest_with_catalog(releases: frozenset[Release]) -> Target:
    """Return the oldest family with a catalog among releases, up to its
    newest release there.

    Later families also read a config that is completed for it, and a
    second run finds nothing to do.
    """
    with_catalog = [each for each in releases if each >= CATALOG_SINCE]
    family = min(with_catalog)[:2]
    return target_of(max(each for each in with_catalog if each[:2] == family))


def _last_of(target: Target) -> Release:
    return target.last


def choose_mode(start: ConfigStart, target: Target, named: Target | None) -> Mode:
    """Return how far a config goes on the way to the target of its text.

    If the user names a target other than the config's own choice, the
    config may be for earlier releases.
    """
    own = _own_target(start)
    if start.age.oldest > target.last:
        return LEAVE
    if own is None:
        is_own = target.last == start.age.newest
        return LEAVE if named is None or is_own else MIGRATE
    return COMPLETE if target.last in start.releases else MIGRATE
