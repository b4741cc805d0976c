"""A git repository as plain files: its top, its own exclude patterns, its index.

Git itself is not started, and its config is not read: a folder can hold
a config that names programs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.system.files import read_head

MAX_PATTERNS: Final = 64 * 1024
"""Bytes of a file of patterns that are read."""

_MAX_INDEX: Final = 1024 * 1024 * 1024
_HASH_SIZES: Final = (20, 32)
"""Bytes of SHA-1 and SHA-256; the config says which, so both are tried."""


class Repository(NamedTuple):
    """The top of a work tree, and its `.git` folder, which may be elsewhere."""

    top: str
    git_folder: str


def find_repository(folder: str) -> Repository | None:
    """Return the repository that a folder is in."""
    path = os.path.realpath(folder)
    while True:
        repository = repository_at(path)
        parent = os.path.dirname(path)
        if repository is not None or parent == path:
            return repository
        path = parent


def repository_at(top: str) -> Repository | None:
    """Return the repository whose work tree begins at a folder.

    In a submodule or a linked work tree `.git` is a file with a path.
    """
    git_folder = os.path.join(top, ".git")
    if os.path.isfile(git_folder):
        git_folder = os.path.join(top, _read_path(git_folder, "gitdir: "))
    if not os.path.lexists(os.path.join(git_folder, "HEAD")):
        return None
    return Repository(top, git_folder)


def _read_path(file: str, prefix: str = "") -> str:
    line = os.fsdecode(read_regular(file, 4096)).rstrip("\r\n")
    return line.removeprefix(prefix)


def read_regular(file: str, size: int) -> bytes:
    """Return the first bytes of a file; none of a device, a pipe, or no file."""
    if not os.path.isfile(file):
        return b""
    return read_head(file, size)


def read_exclude(repository: Repository) -> bytes:
    """Return the patterns that a repository keeps outside its work tree."""
    folder = repository.git_folder
    common = os.path.join(folder, _read_path(os.path.join(folder, "commondir")))
    return read_regular(os.path.join(common, "info", "exclude"), MAX_PATTERNS)


def tracked_files(repository: Repository) -> list[bytes]:
    """Return the paths in the index of a repository; none if it is not understood."""
    content = read_regular(os.path.join(repository.git_folder, "index"), _MAX_INDEX)
    if not content.startswith(b"DIRC"):
        return []
    for hash_size in _HASH_SIZES:
        try:
            return list(_read_index(content, hash_size))
        except (ValueError, IndexError):
            continue
    return []


def _read_index(content: bytes, hash_size: int) -> Iterator[bytes]:
    """Yield the paths of an index, as gitformat-index(5) describes it.

    Raises `ValueError` or `IndexError` where the content is something
    else.
    """
    version = int.from_bytes(content[4:8], "big")
    position, name = 12, b""
    for _ in range(int.from_bytes(content[8:12], "big")):
        start = position + 40 + hash_size
        flags = int.from_bytes(content[start : start + 2], "big")
        start += 2
        if flags & 0x4000:
            start += 2
        kept = 0
        if version == 4:
            removed, start = _read_offset(content, start)
            kept = len(name) - removed
        end = content.index(b"\0", start)
        name = name[:kept] + content[start:end]
        if min(len(name), 0xFFF) != flags & 0xFFF:
            raise ValueError("not the path of an index entry")
        yield name
        position = end + 1
        if version < 4:
            # entries of earlier versions are filled up to eight bytes
            position += -(end + 1 - 12) % 8


def _read_offset(content: bytes, position: int) -> tuple[int, int]:
    byte = content[position]
    value = byte & 0x7F
    while byte & 0x80:
        position += 1
        byte = content[position]
        value = ((value + 1) << 7) + (byte & 0x7F)
    return value, position + 1
