"""How old a file is: the releases that it can be for."""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.releases.versions import Release


class FileAge(NamedTuple):
    """The oldest and the newest release that a file can be for.

    `written_here` says that an earlier step wrote what a step finds, so
    that no server has used it.
    """

    oldest: Release
    newest: Release
    written_here: bool = False

    def certainly_before(self, release: Release) -> bool:
        """Return whether the file is older than a release, whichever it
        is for.
        """
        return self.newest < release

    def possibly_before(self, release: Release) -> bool:
        """Return whether the file can be older than a release."""
        return self.oldest < release
