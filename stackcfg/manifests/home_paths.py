"""Paths of a server that moved: its folder in the home, the operator's mount."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.releases.server_environment import (
    NEW_OPERATOR_CONFIG,
    OPERATOR_CONFIGS,
    UPSTREAM_HOME_SINCE,
    home_folders,
)
from stackcfg.releases.server_places import NEW_FOLDER, OLD_FOLDER
from stackcfg.releases.versions import Release

_BEFORE: Final = r"(?<![\w./~}$])(?<![\w}][\"'])"
_AFTER: Final = r"(?=$|[^\w.-]|\.(?:\s|$))"
_ANY_HOME: Final = r"/home/[\w.-]+"
_ROOT: Final = "/root"


class PathChange(NamedTuple):
    """A path that is written otherwise: the span in the text,
    and the new text.
    """

    start: int
    end: int
    text: str


class Homes(NamedTuple):
    """The home folders of a server: those of its HOME, and what replaces which.

    `moved` has the folders that are another home in the new image.
    """

    known: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()

    def new_home(self, home: str) -> str:
        """Return what a home folder is called for the new server."""
        return dict(self.moved).get(home, home)


def upstream_homes(target: Release) -> Homes:
    """Return the homes in an image of upstream, which is not root's since 1.3."""
    if target < UPSTREAM_HOME_SINCE:
        return Homes()
    return Homes(moved=((_ROOT, ""),))


@cache
def _pattern(known: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds the old folder in one of these homes."""
    homes = sorted({*home_folders(), *known}, key=len, reverse=True)
    names = "|".join([*map(re.escape, homes), _ANY_HOME])
    # the longest first: the root's folder is an ending of every other one
    return re.compile(f"{_BEFORE}({names})/{re.escape(OLD_FOLDER)}{_AFTER}")


def find_home_paths(text: str, homes: Homes | None = None) -> Iterator[PathChange]:
    """Yield where a text names the old folder in a home, and the new name.

    The text can be a path, a list of paths, a command or a whole
    script.
    """
    if OLD_FOLDER not in text:
        return
    homes = homes or Homes()
    for match in _pattern(homes.known).finditer(text):
        home = homes.new_home(match[1])
        yield PathChange(match.start(), match.end(), f"{home}/{NEW_FOLDER}")


def move_home_paths(text: str, homes: Homes | None = None) -> str:
    """Return a text with `~/.llama` called `~/.ogx`, in every form of a home."""
    return replace_parts(text, find_home_paths(text, homes))


def move_absolute_paths(text: str, homes: Homes) -> str:
    """Return a text with `/root/.llama` called `/root/.ogx`; a `~` stays."""
    found = find_home_paths(text, homes)
    return replace_parts(text, [each for each in found if text[each.start] == "/"])


def find_operator_configs(text: str) -> Iterator[PathChange]:
    """Yield where a text names the config as the operator mounted it."""
    for path in OPERATOR_CONFIGS:
        for match in re.finditer(f"(?<![\\w.]){re.escape(path)}(?![\\w.-])", text):
            yield PathChange(match.start(), match.end(), NEW_OPERATOR_CONFIG)


def move_operator_configs(text: str) -> str:
    """Return a text with the operator's config at its new place.

    Only for containers that the operator makes: elsewhere a mount of
    that name is the owner's.
    """
    return replace_parts(text, find_operator_configs(text))


def replace_parts(text: str, changes: Iterable[PathChange]) -> str:
    """Return a text with the changes made."""
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def is_old_home(path: str, homes: Homes | None = None) -> bool:
    """Return whether a path is the old folder itself,
    where a mount is emptied.
    """
    clean = path.rstrip("/")
    return any(
        change.start == 0 and change.end == len(clean)
        for change in find_home_paths(clean, homes)
    )
