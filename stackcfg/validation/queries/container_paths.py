"""Folders in a container, whatever system this is.

Rules call these functions: they may not import `posixpath`
(`tests/test_house.py`).
"""

from __future__ import annotations

import posixpath


def normal_folder(path: str) -> str:
    """Return a folder without what has no meaning: `/a//b/` is `/a/b`."""
    return posixpath.normpath(path)


def split_folder(path: str) -> tuple[str, str]:
    """Return the folder that holds a folder, and its name."""
    return posixpath.split(path)


def join_folder(above: str, name: str) -> str:
    """Return the folder of a name in another folder."""
    return posixpath.join(above, name)


def is_inside(path: str, folder: str) -> bool:
    """Return whether a path is a folder, or in it."""
    path, folder = normal_folder(path), normal_folder(folder)
    return path == folder or path.startswith(folder.rstrip("/") + "/")
