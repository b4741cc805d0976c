"""Files of this machine: found by their names, and read.

Nothing else reads a file that a user names.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from itertools import chain

from stackcfg.errors import StackcfgError

STDIN = "-"
MAX_BYTES = 10 * 1024 * 1024
"""No run config comes near this size; a larger file is refused before
it is parsed.
"""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_32 = b"\xff\xfe\0\0"

_REASONS = {
    FileNotFoundError: "no such file",
    IsADirectoryError: "is a folder",
    NotADirectoryError: "a part of the path is a file",
    PermissionError: "permission denied",
}


class FileError(StackcfgError):
    """A file cannot be read or written."""

    def __init__(
        self, path: str, message: str, position: tuple[int, int] = (0, 0)
    ) -> None:
        super().__init__(message, position, file=path)


def read_file(path: str) -> str:
    """Return the text of a file, or of standard input for `-`; line
    ends unchanged.

    Raises `FileError`.
    """
    check_name(path)
    try:
        raw = _read_stdin() if path == STDIN else _read_named(path)
    except OSError as error:
        raise FileError(path, _why_unread(path, error)) from None
    if len(raw) > MAX_BYTES:
        limit = f"{MAX_BYTES // 1024 // 1024} MiB"
        raise FileError(path, f"larger than {limit}: not a run config")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "not UTF-8 text; convert it to UTF-8"
        if raw.startswith(_UTF_16) and not raw.startswith(_UTF_32):
            # what '>' of Windows PowerShell writes
            message = "UTF-16 text; convert it to UTF-8"
        position = _position_of_byte(raw, error.start)
        raise FileError(path, message, position) from None


def check_name(path: str) -> None:
    """Raise `FileError` for an empty name, which the system takes for a folder."""
    if not path:
        raise FileError("''", "no name of a file; is a variable of the shell empty?")


def _why_unread(path: str, error: OSError) -> str:
    """Return why a file cannot be read, in words."""
    if isinstance(error, FileNotFoundError):
        if _is_pattern(path):
            return "no file matches this pattern"
        if os.path.islink(path):
            return f"the symbolic link leads to '{os.readlink(path)}': no such file"
    return reason_of(error)


class _StandardInput:
    """What was read from standard input, which gives its text only once."""

    stream: object = None
    raw: bytes = b""


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise OSError("standard input is closed")
    stream = sys.stdin.buffer
    if _StandardInput.stream is not stream:
        _StandardInput.raw = stream.read(MAX_BYTES + 1)
        _StandardInput.stream = stream
    if not _StandardInput.raw.strip():
        raise OSError("standard input is empty; look at the command before '|'")
    return _StandardInput.raw


_read_pipes: dict[tuple[int, int], bytes] = {}
"""What was read from pipes, as `<(helm template CHART)` names one: they
give their text only once. A pipe is known by its disk and its number
there.
"""


def _read_named(path: str) -> bytes:
    known = os.stat(path)
    if not stat.S_ISFIFO(known.st_mode):
        return read_bytes(path, MAX_BYTES + 1)
    pipe = (known.st_dev, known.st_ino)
    if pipe not in _read_pipes:
        _read_pipes[pipe] = read_bytes(path, MAX_BYTES + 1)
    return _read_pipes[pipe]


def _position_of_byte(raw: bytes, index: int) -> tuple[int, int]:
    before = raw[:index]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    return before.count(b"\n") + 1, column


def read_bytes(path: str, size: int = -1) -> bytes:
    """Return the first bytes of a file, or all of them. Raises `OSError`."""
    with open(path, "rb") as file:
        return file.read(size)


def read_head(path: str, size: int) -> bytes:
    """Return the first bytes of a file; none where it cannot be read."""
    try:
        return read_bytes(path, size)
    except OSError:
        return b""


def read_packaged(name: str) -> str:
    """Return a published schema: from the package, or beside it in a clone."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "schemas", name)
    if os.path.isfile(inside):
        return read_file(inside)
    return read_file(os.path.join(os.path.dirname(package), "schemas", name))


def reason_of(error: OSError) -> str:
    """Return why the disk refused something, in words."""
    if error.errno == errno.ELOOP:
        return "the symbolic link leads back to itself"
    return _REASONS.get(type(error)) or error.strerror or str(error)


def is_special(path: str) -> bool:
    """Return whether a path leads to a device or a pipe."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_same_file(one: str, other: str) -> bool:
    """Return whether two paths name one existing file; links are followed."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def free_bytes(folder: str) -> int:
    """Return the free bytes on the disk of a folder, which may not exist yet."""
    import shutil

    return shutil.disk_usage(_existing(folder)).free


def disk_of(folder: str) -> int:
    """Return the number of the disk of a folder, which may not exist yet."""
    return os.stat(_existing(folder)).st_dev


def _existing(folder: str) -> str:
    while folder and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder or "."


def find_files(
    paths: list[str], is_searched: Callable[[str], bool]
) -> Iterator[tuple[str, bool]]:
    """Yield each file that the paths and patterns name, and whether a
    folder held it.

    Of the files in a folder those are yielded that are `is_searched`.
    """
    seen: set[str] = set()
    for path in chain.from_iterable(map(_expand, paths)):
        in_folder = path != STDIN and os.path.isdir(path)
        names = [path]
        if in_folder:
            from stackcfg.system.folder_search import search_folder

            names = search_folder(path, is_searched)
        for name in names:
            known = name
            if name != STDIN:
                known = os.path.normpath(name)
            if known not in seen:
                seen.add(known)
                yield name, in_folder


def _expand(path: str) -> list[str]:
    """Return the paths that a pattern matches, where no shell has put them in.

    A pattern without a match stays, so that reading it reports that.
    """
    if not _is_pattern(path) or os.path.lexists(path):
        return [path]
    from glob import glob

    return sorted(glob(path, recursive=True)) or [path]


def _is_pattern(path: str) -> bool:
    return any(sign in path for sign in "*?[")
