"""Folders in a container, whatever system this is."""

from __future__ import annotations

import posixpath


def normal_folder(path: str) -> str:
    """Return a folder without what has no meaning: `/a//b/` is `/a/b`."""
    return posixpath.normpath(path)


def is_inside(path: str, folder: str) -> bool:
    """Return whether a path is a folder, or in it."""
    path, folder = normal_folder(path), normal_folder(folder)
    return path == folder or path.startswith(folder.rstrip("/") + "/")
