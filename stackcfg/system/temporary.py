"""Temporary files beside the file that they are to replace, and what
killed runs left of them.

A process holds a lock on each of its temporary files; the system takes
the lock back when the process ends, however it ends. Where there are no
such locks, a file counts as left when it is an hour old.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from stackcfg.light_typing import Any

locks: Any = None
with suppress(ImportError):
    # not on Windows, where an open file cannot be replaced either
    import fcntl

    locks = fcntl

LEFT_AFTER = 3600
"""Seconds after which a temporary file without locks counts as left."""

_SUFFIX = ".tmp"
_COMPANIONS = ("-journal", "-wal", "-shm")
"""What sqlite writes beside a database."""


@contextmanager
def temporary_beside(target: str, content: bytes) -> Iterator[str]:
    """Write a private temporary file in the folder of a target; yield its path.

    Its content is on the disk. It is removed at the end unless it was
    moved. Raises `OSError`.
    """
    handle, path = _create(target)
    try:
        with os.fdopen(handle, "wb", closefd=False) as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        if locks is None:
            os.close(handle)
        yield path
    finally:
        if locks is not None:
            os.close(handle)
        with suppress(FileNotFoundError):
            os.unlink(path)


def _create(target: str) -> tuple[int, str]:
    """Create a temporary file and lock it, before another run can sweep it."""
    import tempfile

    folder, name = os.path.split(target)
    while True:
        handle, path = tempfile.mkstemp(_SUFFIX, f".{name}.", folder or ".")
        if locks is None:
            return handle, path
        with suppress(OSError):
            # a file system without locks has nothing that sweeps by them
            locks.flock(handle, locks.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, path
        os.close(handle)


def sweep_beside(target: str) -> None:
    """Remove the temporary files of a target that no process writes any more."""
    target = os.path.realpath(target)
    folder, name = os.path.split(target)
    own = re.compile(rf"(\.{re.escape(name)}\.[a-z0-9_]{{8}}\.tmp)(-\w+)?")
    try:
        found = [own.fullmatch(each) for each in os.listdir(folder or ".")]
    except OSError:
        return
    for match in found:
        if match is not None and (match[2] is None or match[2] in _COMPANIONS):
            _sweep(os.path.join(folder, match[0]), os.path.join(folder, match[1]))


def _sweep(path: str, temporary: str) -> None:
    """Remove a temporary file, or what sqlite wrote beside one, if it was left."""
    with suppress(OSError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return
        if not os.path.lexists(temporary) or _is_left(temporary):
            os.unlink(path)


def _is_left(path: str) -> bool:
    """Return whether no process holds a temporary file. Raises `OSError`."""
    if locks is None:
        return time.time() - os.lstat(path).st_mtime > LEFT_AFTER
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        locks.flock(handle, locks.LOCK_EX | locks.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
