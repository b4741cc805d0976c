"""The disk: finding run configs, reading them, writing them whole or not at all. Nothing else touches a file."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from typing import Final

from stackcfg.errors import StackcfgError

STDIN: Final = "-"
SUFFIXES: Final = (".yaml", ".yml")
MAX_BYTES: Final = 10 * 1024 * 1024
"""No run config comes near this; larger input is refused before it is parsed."""

SKIPPED_FOLDERS: Final = frozenset(
    {".git", ".hg", ".svn", ".tox", ".venv", "node_modules", "__pycache__"}
)


class FileError(StackcfgError):
    """A file cannot be read or written."""

    def __init__(
        self, path: str, message: str, position: tuple[int, int] = (0, 0)
    ) -> None:
        super().__init__(message, position)
        self.path = path


def read_file(path: str) -> str:
    """The text of a file, or of standard input for `-`, line ends as they are. Raises `FileError`."""
    try:
        if path == STDIN:
            if sys.stdin is None:
                raise FileError(path, "standard input is closed")
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(path, "rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(path, _reason(error)) from None
    if len(raw) > MAX_BYTES:
        raise FileError(
            path, f"larger than {MAX_BYTES // 1024 // 1024} MiB: not a run config"
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise FileError(
            path, "not UTF-8 text; convert it to UTF-8", (line, column)
        ) from None


def read_head(path: str, size: int) -> bytes:
    """The first bytes of a file; none where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except OSError:
        return b""


def read_packaged(name: str) -> str:
    """The text of a published schema: shipped inside the package, or beside it in a clone."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside, beside = (
        os.path.join(here, "schemas", name),
        os.path.join(os.path.dirname(here), "schemas", name),
    )
    return read_file(inside if os.path.isfile(inside) else beside)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder"
    if isinstance(error, PermissionError):
        return "permission denied"
    return error.strerror or str(error)


def write_file(path: str, text: str, backup: bool = False) -> str | None:
    """Put `text` into a file, all of it or nothing, whatever interrupts; the name of the backup, if one was made.

    The file keeps its mode; a symbolic link stays one and its target is written. A backup never overwrites a file.
    Raises `FileError`.
    """
    target = os.path.realpath(path)
    try:
        if os.path.exists(target) and not stat.S_ISREG(os.stat(target).st_mode):
            with open(
                target, "wb"
            ) as device:  # a pipe or a device is written to, never replaced
                device.write(text.encode("utf-8"))
            return None
        mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else None
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError
        saved = _back_up(target) if backup and mode is not None else None
        _replace(target, text.encode("utf-8"))
    except OSError as error:
        raise FileError(path, f"cannot be written: {_reason(error)}") from None
    return saved


def _replace(target: str, content: bytes) -> None:
    temporary = _beside(target, content)
    try:
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    _sync_folder(target)


def _beside(target: str, content: bytes) -> str:
    """Write a temporary file in the same folder, to the disk, with the mode and owner of the target; its name."""
    import tempfile

    folder, name = os.path.split(target)
    handle, temporary = tempfile.mkstemp(
        prefix=f".{name}.", suffix=".tmp", dir=folder or "."
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _dress(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _dress(temporary: str, target: str) -> None:
    """Give a new file the mode and, where that is allowed, the owner of the one it stands for."""
    if not os.path.exists(target):
        os.chmod(temporary, 0o666 & ~_umask())
        return
    known = os.stat(target)
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, known.st_uid, known.st_gid)
    os.chmod(temporary, stat.S_IMODE(known.st_mode))


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def _sync_folder(target: str) -> None:
    with contextlib.suppress(OSError):  # not every system can open a folder
        handle = os.open(os.path.dirname(target) or ".", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_same_file(one: str, other: str) -> bool:
    """Whether two paths lead to one file, links followed; not where one of them leads nowhere."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def make_folder(path: str) -> None:
    """Make the folder that a file is to be in. Raises `FileError`."""
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        raise FileError(
            path, f"{path}: its folder cannot be made: {_reason(error)}"
        ) from None


def free_bytes(folder: str) -> int:
    """The bytes that are free where a folder is or would be."""
    import shutil

    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return shutil.disk_usage(folder or ".").free


def _back_up(target: str) -> str:
    """Copy a file to `NAME.bak`, or `NAME.bak.1`, … where that is taken; the copy appears whole or not at all."""
    with open(target, "rb") as file:
        content = file.read()
    return _kept(_beside(target, content), target)


def _kept(temporary: str, target: str) -> str:
    """Give a finished copy the name of a backup of a file; the name."""
    try:
        for name in _backup_names(target):
            try:
                _appear(temporary, name)
            except FileExistsError:
                continue
            return name
        raise FileExistsError(f"{target}.bak")
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _backup_names(target: str) -> Iterator[str]:
    yield f"{target}.bak"
    yield from (f"{target}.bak.{number}" for number in range(1, 10_000))


def back_up_with(target: str, copy: Callable[[str], None]) -> tuple[str, bool]:
    """Keep a backup that `copy` writes to the path it is given; the backup's name, and whether it is a new one.

    A backup of the same content that is there already is the one; so an interrupted run leaves one and not many.
    """
    import filecmp

    try:
        temporary = _beside(target, b"")
    except OSError as error:
        raise FileError(
            target, f"{target}: no backup can be made: {_reason(error)}"
        ) from None
    try:
        copy(temporary)
        _dress(temporary, target)
        for name in _backup_names(target):
            if not os.path.exists(name):
                break
            if filecmp.cmp(temporary, name, shallow=False):
                return name, False
        return _kept(temporary, target), True
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _appear(temporary: str, name: str) -> None:
    """Give a finished file a second name; where the file system knows no links, its only one.

    Raises `FileExistsError` when the name is taken.
    """
    try:
        os.link(temporary, name)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(temporary, name)


def find_files(paths: list[str]) -> Iterator[tuple[str, bool]]:
    """Each file that the paths name, and whether it was found in a folder rather than named."""
    seen: set[str] = set()
    for path in paths:
        in_folder = path != STDIN and os.path.isdir(path)
        for name in _in_folder(path) if in_folder else (path,):
            known = name if name == STDIN else os.path.normpath(name)
            if known not in seen:
                seen.add(known)
                yield name, in_folder


def _in_folder(folder: str) -> list[str]:
    """The YAML files in a folder, without what git ignores where it is a git work tree."""
    listed = _by_git(folder)
    if listed:
        return sorted(name for name in listed if name.endswith(SUFFIXES))
    return sorted(
        _by_walk(folder)
    )  # a folder that git ignores, but that was named, is meant


def _by_git(folder: str) -> list[str] | None:
    import subprocess

    command = [
        "git",
        "-C",
        folder,
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = (
        os.path.join(folder, os.fsdecode(name))
        for name in done.stdout.split(b"\0")
        if name
    )
    return [name for name in names if os.path.isfile(name)]


def _by_walk(folder: str) -> list[str]:
    found: list[str] = []
    closed: list[
        str
    ] = []  # named as if they were files, so that it is said that they cannot be read
    for parent, folders, names in os.walk(
        folder, onerror=lambda error: closed.append(str(error.filename))
    ):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [
            os.path.join(parent, name) for name in names if name.endswith(SUFFIXES)
        ]
    return [*(name for name in found if os.path.isfile(name)), *closed]
