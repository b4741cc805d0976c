"""Texts that can be computed again, kept by key in a file of a cache folder.

The folder is empty or new when it becomes a cache, and bears a tag from
then on: a folder with other files is never touched. Whatever is wrong
with what is in it, as after a full disk or another program, nothing is
found then.
"""

from __future__ import annotations

import hashlib
import json
import os
import time

from stackcfg.light_typing import Any, Final, TypeAlias
from stackcfg.system.files import FileError, read_bytes

Entry: TypeAlias = tuple[int, str, str]
"""The day of the last use, the text, and what both and the key sum up to."""

KEPT_DAYS: Final = 30
"""Days after which an entry that nobody uses is removed."""

MAX_BYTES: Final = 64 * 1024 * 1024
"""The size of a file of entries that is read."""

_DAY: Final = 24 * 60 * 60
_TAG: Final = "CACHEDIR.TAG"
_SIGNATURE: Final = "Signature: 8a477f597d28d172789f06886806bc55"
"""What programs that make backups look for (https://bford.info/cachedir/)."""

_TAG_TEXT: Final = f"{_SIGNATURE}\n# A cache of stackcfg; it may be deleted.\n"
_IGNORE_FILE: Final = ".gitignore"
_START: Final = "results-"


class CacheFolder:
    """The entries of a cache folder that have one stamp.

    The stamp names all that every entry depends upon, as the version of
    the program. Raises `FileError` for a folder that holds other files.
    """

    def __init__(self, folder: str, stamp: str) -> None:
        _check_folder(folder)
        self.problem = ""
        self._folder = folder
        self._path = os.path.join(folder, f"{_START}{digest(stamp)[:16]}.json")
        self._today = int(time.time()) // _DAY
        self._known = _read_entries(self._path)
        self._used: dict[str, Entry] = {}

    def find(self, key: str) -> str | None:
        """Return the text of a key; None if there is none."""
        entry = self._known.get(key)
        if entry is None or entry[2] != _sum_up(key, entry[0], entry[1]):
            return None
        text = entry[1]
        if entry[0] != self._today:
            # so that what is used is not removed
            self.keep(key, text)
        return text

    def keep(self, key: str, text: str) -> None:
        """Keep a text until `save`."""
        self._used[key] = (self._today, text, _sum_up(key, self._today, text))

    def save(self) -> None:
        """Write what is to be kept.

        Where that is impossible, as in a folder that must not change,
        `problem` says why.
        """
        if not self._used:
            return
        try:
            os.makedirs(self._folder, exist_ok=True)
            self._write()
        except OSError as error:
            self.problem = error.strerror or str(error)

    def _write(self) -> None:
        from stackcfg.system.temporary import sweep_beside

        tag = os.path.join(self._folder, _TAG)
        if not os.path.exists(tag):
            # before all else: another run may look for it at this moment
            _write_whole(tag, _TAG_TEXT)
        ignore_file = os.path.join(self._folder, _IGNORE_FILE)
        if not os.path.exists(ignore_file):
            _write_whole(ignore_file, "*\n")
        # another run may have written since this one has read
        entries = self._without_old(_read_entries(self._path))
        content = json.dumps(entries | self._used)
        if len(content) > MAX_BYTES:
            content = json.dumps(self._used)
        _write_whole(self._path, content)
        sweep_beside(self._path)
        self._remove_old_files()

    def _without_old(self, entries: dict[str, Entry]) -> dict[str, Entry]:
        # a day in the future, of a clock that was wrong, is as far away
        return {
            key: entry
            for key, entry in entries.items()
            if abs(self._today - entry[0]) <= KEPT_DAYS
        }

    def _remove_old_files(self) -> None:
        """Remove the entries of versions that nobody uses any more."""
        for name in os.listdir(self._folder):
            path = os.path.join(self._folder, name)
            if path == self._path or not name.startswith(_START):
                continue
            age = self._today - int(os.lstat(path).st_mtime) // _DAY
            if age > KEPT_DAYS:
                os.unlink(path)


def digest(text: str) -> str:
    """Return what no other text has in common with this one, as 64 digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_files(folder: str) -> str:
    """Return what no other files have in common with all those in a folder.

    Raises `OSError`.
    """
    summed = hashlib.sha256()
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted(names):
            file = os.path.join(path, name)
            content = read_bytes(file)
            summed.update(f"{file} {len(content)}\n".encode("utf-8", "replace"))
            summed.update(content)
    return summed.hexdigest()


def _sum_up(key: str, day: int, text: str) -> str:
    return digest(f"{key} {day} {text}")[:16]


def _check_folder(folder: str) -> None:
    """Raise `FileError` unless a folder is a cache, or empty, or not there."""
    if not os.path.lexists(folder):
        return
    if not os.path.isdir(folder):
        raise FileError(folder, "is no folder: no cache can be in it")
    try:
        # what is written before the tag is another run's tag that is not finished
        others = [
            name for name in os.listdir(folder) if not name.startswith(f".{_TAG}.")
        ]
    except OSError:
        return
    if others and not _is_tagged(folder):
        message = "holds other files: a cache needs a folder of its own"
        raise FileError(folder, message)


def _is_tagged(folder: str) -> bool:
    path = os.path.join(folder, _TAG)
    if not os.path.isfile(path):
        return False
    try:
        return read_bytes(path, len(_TAG_TEXT)) == _TAG_TEXT.encode()
    except OSError:
        return False


def _read_entries(path: str) -> dict[str, Entry]:
    """Return the entries in a file; those that are none are left out."""
    # a pipe, say, would be waited for
    if not os.path.isfile(path):
        return {}
    try:
        raw = read_bytes(path, MAX_BYTES + 1)
        content = json.loads(raw) if len(raw) <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        key: (entry[0], entry[1], entry[2])
        for key, entry in content.items()
        if _is_entry(entry)
    }


def _is_entry(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    return [type(each) for each in value] == [int, str, str]


def _write_whole(path: str, text: str) -> None:
    """Write a file whole or not at all. Raises `OSError`."""
    from stackcfg.system.temporary import temporary_beside

    with temporary_beside(path, text.encode("ascii")) as temporary:
        os.replace(temporary, path)
