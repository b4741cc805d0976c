"""Moves of files: from where to where, and what was found or done on the way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

OWN: Final = ".stackcfg-"
RECORD: Final = f"{OWN}copied"
"""The name of the file that says what was copied into a folder."""

COMPLETED: Final = f"{OWN}completed"
"""The name of the file that says that chunks were completed."""


@dataclass(frozen=True, slots=True)
class FileMove:
    """The files of a provider that its successor looks for, maybe elsewhere.

    `source` and `target` are paths of a folder or of one file. With a
    `prefix` the files are those in the folder whose names begin with
    it, each for itself; otherwise all are parts of one database. `left`
    says why the files are not copied, if they are not.
    """

    store: str
    source: str
    target: str
    prefix: str = ""
    left: str = ""

    @property
    def in_place(self) -> bool:
        """Return whether the files stay where they are."""
        return self.source == self.target

    @property
    def is_due(self) -> bool:
        """Return whether a copy has something to do."""
        return not self.in_place and not self.left

    def record(self, kind: str) -> str:
        """Return the path of a record at the target, `RECORD` or `COMPLETED`."""
        folder, name = os.path.split(self.target)
        if os.path.isdir(self.source):
            return os.path.join(self.target, kind)
        return os.path.join(folder, f".{name}{kind}")


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files of a move with their sizes, by their path below its source.

    A single file has the empty path; what sqlite writes beside it has
    its suffix.
    """

    sizes: Mapping[str, int]

    @property
    def count(self) -> int:
        """Return how many files there are."""
        return len(self.sizes)

    @property
    def bytes(self) -> int:
        """Return their sizes in sum."""
        return sum(self.sizes.values())


@dataclass(slots=True, kw_only=True)
class Found:
    """What was found at a target: how much is as it should be, and what is not.

    `done_before`: an earlier run did it all.
    """

    present: int = 0
    missing: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    done_before: bool = False

    @property
    def is_complete(self) -> bool:
        """Return whether the new server finds everything."""
        return not self.missing and not self.differing


@dataclass(slots=True)
class FileCounts(Found):
    """What became of the files of one move, or what was found of them.

    `copied` is empty for a verification. `differing` are paths at which
    the target holds other files.
    """

    move: FileMove
    files: int = 0
    copied: int = 0
