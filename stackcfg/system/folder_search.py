"""Finds files in folders that may matter, and helpers of charts,
without those that git ignores.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.system.git_ignore import FOLDER_MARK, IgnoreRules, parse_rules
from stackcfg.system.git_repository import (
    MAX_PATTERNS,
    Repository,
    find_repository,
    read_exclude,
    read_regular,
    repository_at,
    tracked_files,
)

IsSearched = Callable[[str], bool]
"""Whether a file may matter, by its path."""

SKIPPED_FOLDERS: Final = frozenset(
    {".git", ".hg", ".svn", ".tox", ".venv", "node_modules", "__pycache__"}
)
_IGNORE_FILE: Final = ".gitignore"


class _Tree(NamedTuple):
    """A repository, and where the search came into it: the folder as it
    is named, and its path in the repository.
    """

    repository: Repository
    path: str
    inside: bytes


class _Folder(NamedTuple):
    """A folder that is searched.

    `inside` is its path in the repository, with a slash behind each
    name. `rules` are those that count in it, the nearest first, each
    with the length of the path of the folder that holds them.
    """

    path: str
    tree: _Tree | None = None
    inside: bytes = b""
    rules: tuple[tuple[int, IgnoreRules], ...] = ()

    def ignores(self, path: bytes) -> bool:
        """Return whether git ignores a path that is in this folder."""
        for length, rules in self.rules:
            ignored = rules.decide(path[length:])
            if ignored is not None:
                return ignored
        return False


def search_folder(path: str, is_searched: IsSearched) -> list[str]:
    """Return the files in a folder that may matter by their names, and
    the helpers of charts, without those that git ignores.

    A folder that is named is searched even if git ignores it. One that
    cannot be read is listed too, so that reading it reports why.
    """
    found: set[str] = set()
    trees: set[_Tree] = set()
    pending = [_named_folder(path)]
    while pending:
        folder = pending.pop()
        try:
            entries = _list_entries(folder.path)
        except OSError:
            found.add(folder.path)
            continue
        folder = _with_own_rules(folder, entries)
        for entry, inside in _unignored(folder, entries, is_searched):
            if inside.endswith(b"/"):
                pending.append(folder._replace(path=entry.path, inside=inside))
            else:
                found.add(entry.path)
        if folder.tree is not None:
            trees.add(folder.tree)
    for tree in trees:
        tracked = set(_tracked_in(tree, is_searched)) - found
        found.update(filter(os.path.isfile, tracked))
    return sorted(found)


def _list_entries(path: str) -> list[os.DirEntry[str]]:
    with os.scandir(path) as listing:
        return list(listing)


def _unignored(
    folder: _Folder, entries: list[os.DirEntry[str]], is_searched: IsSearched
) -> Iterator[tuple[os.DirEntry[str], bytes]]:
    """Yield the files and the folders to search, with their paths in
    the repository; that of a folder ends with a slash.
    """
    for entry in entries:
        inside = folder.inside + os.fsencode(entry.name)
        if entry.is_dir(follow_symlinks=False):
            if _is_searched_folder(folder, entry) and not folder.ignores(
                inside + FOLDER_MARK
            ):
                yield entry, inside + b"/"
        elif _is_searched_file(entry, is_searched) and not folder.ignores(inside):
            yield entry, inside


def _is_searched_file(entry: os.DirEntry[str], is_searched: IsSearched) -> bool:
    if not is_searched(entry.path) and not is_helper(entry.path):
        return False
    if entry.is_symlink():
        return os.path.isfile(entry.path)
    return entry.is_file()


def _is_searched_folder(folder: _Folder, entry: os.DirEntry[str]) -> bool:
    """Return whether a folder may hold files of the project.

    As git does, a repository inside another is skipped.
    """
    if entry.name in SKIPPED_FOLDERS:
        return False
    return folder.tree is None or repository_at(entry.path) is None


def _named_folder(path: str) -> _Folder:
    repository = find_repository(path)
    if repository is None:
        return _Folder(path)
    relative = os.path.relpath(os.path.realpath(path), repository.top)
    names = [os.fsencode(name) for name in relative.split(os.sep) if name != os.curdir]
    inside = b"".join(name + b"/" for name in names)
    tree = _Tree(repository, path, inside)
    folder = _top_folder(tree, repository.top)
    for name in names:
        folder = _add_rules(folder)
        below = folder.inside + name
        if folder.ignores(below + FOLDER_MARK):
            return _Folder(path)
        folder = _Folder(
            os.path.join(folder.path, os.fsdecode(name)),
            tree,
            below + b"/",
            folder.rules,
        )
    return folder._replace(path=path)


def _top_folder(tree: _Tree, path: str) -> _Folder:
    rules = parse_rules(read_exclude(tree.repository))
    if not rules.ignores:
        return _Folder(path, tree)
    return _Folder(path, tree, b"", ((0, rules),))


def _with_own_rules(folder: _Folder, entries: list[os.DirEntry[str]]) -> _Folder:
    names = {entry.name for entry in entries}
    if folder.tree is None and ".git" in names:
        repository = repository_at(folder.path)
        if repository is not None:
            folder = _top_folder(_Tree(repository, folder.path, b""), folder.path)
    if folder.tree is not None and _IGNORE_FILE in names:
        return _add_rules(folder)
    return folder


def _add_rules(folder: _Folder) -> _Folder:
    """Return a folder with the rules of its own `.gitignore` first.

    Git does not follow a link of this name.
    """
    file = os.path.join(folder.path, _IGNORE_FILE)
    if os.path.islink(file):
        return folder
    content = read_regular(file, MAX_PATTERNS)
    if not content:
        return folder
    own = (len(folder.inside), parse_rules(content))
    return folder._replace(rules=(own, *folder.rules))


def _tracked_in(tree: _Tree, is_searched: IsSearched) -> Iterator[str]:
    """Yield the files of a searched tree that the index lists: no rule
    ignores them.
    """
    for path in tracked_files(tree.repository):
        if not path.startswith(tree.inside):
            continue
        relative = os.fsdecode(path[len(tree.inside) :])
        file = os.path.join(tree.path, relative)
        if not is_searched(relative) and not is_helper(file):
            continue
        if SKIPPED_FOLDERS.isdisjoint(relative.split("/")):
            yield file


HELPER_ENDING: Final = ".tpl"
"""Of templates that write nothing themselves: others include what they define."""

_TEMPLATES: Final = "templates"
_CHART: Final = "Chart.yaml"


def folder_of_chart(path: str) -> str | None:
    """Return the folder of the chart that a template is in; None if it is in none."""
    folder, name = os.path.split(os.path.abspath(path))
    while name:
        if os.path.basename(folder) == _TEMPLATES:
            chart = os.path.dirname(folder)
            if os.path.isfile(os.path.join(chart, _CHART)):
                return chart
        folder, name = os.path.split(folder)
    return None


def is_helper(path: str) -> bool:
    """Return whether a file holds what templates of a chart include."""
    return path.endswith(HELPER_ENDING) and folder_of_chart(path) is not None
