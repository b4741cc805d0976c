"""Whole files: listed, hashed, and copied to where no file is."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stackcfg.light_typing import Final
from stackcfg.system.file_writing import (
    backup_names,
    copy_mode,
    rename_new,
    sync_folder,
)
from stackcfg.system.files import FileError, reason_of
from stackcfg.system.temporary import sweep_beside, temporary_beside

BLOCK: Final = 1024 * 1024
HASH: Final = "sha256"


def list_files(folder: str) -> dict[str, int]:
    """Return the regular files below a folder, sorted, with their sizes.

    Links to files count as files; links to folders are not followed.
    Raises `OSError`.
    """
    return dict(sorted(_walk(folder, "")))


def _walk(folder: str, below: str) -> Iterator[tuple[str, int]]:
    with os.scandir(os.path.join(folder, below)) as entries:
        for entry in entries:
            name = os.path.join(below, entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder, name)
            elif entry.is_file():
                yield name, entry.stat().st_size


def read_size(path: str) -> int | None:
    """Return the size of a regular file; None where there is none.

    Raises `OSError`.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_size


def hash_file(path: str) -> str:
    """Return the SHA-256 sum of a file. Raises `OSError`."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, HASH).hexdigest()


@contextmanager
def explain_reads() -> Iterator[None]:
    """Turn an `OSError` into a `FileError` about its file."""
    try:
        yield
    except OSError as error:
        message = f"cannot be read: {reason_of(error)}"
        raise FileError(str(error.filename), message) from None


def copy_new(
    source: str, target: str, done: Callable[[int], None] = lambda _bytes: None
) -> str:
    """Copy a file to a path where none is; return its SHA-256 sum.

    `done` takes how many more bytes were copied, and may wait.

    The copy appears under its name only once it is whole and on the
    disk. Raises `FileError`.
    """
    try:
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        sweep_beside(target)
        with temporary_beside(target, b"") as temporary:
            digest = _copy_content(source, temporary, done)
            copy_mode(source, temporary)
            rename_new(temporary, target)
        sync_folder(target)
    except OSError as error:
        reason = reason_of(error)
        raise FileError(target, f"cannot be copied from {source}: {reason}") from None
    return digest


def free_backup_name(path: str) -> str:
    """Return the first name of a backup that no file and no folder has.

    Raises `FileError` where there is none.
    """
    for name in backup_names(path):
        if not os.path.lexists(name):
            return name
    raise FileError(path, "has too many backups: delete some")


def _copy_content(source: str, target: str, done: Callable[[int], None]) -> str:
    digest = hashlib.new(HASH)
    with open(source, "rb") as old, open(target, "wb") as new:
        while block := old.read(BLOCK):
            digest.update(block)
            new.write(block)
            done(len(block))
        new.flush()
        os.fsync(new.fileno())
    return digest.hexdigest()
