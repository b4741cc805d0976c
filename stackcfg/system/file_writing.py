"""Files of this machine: written whole or not at all, and backed up."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

from stackcfg.system.files import FileError, check_name, read_bytes, reason_of

MAX_BACKUPS = 10_000


def write_file(path: str, text: str, backup: bool = False) -> str | None:
    """Write all of a text into a file, or nothing; return the name of
    the backup.

    The file keeps its mode; a symbolic link stays one and its target is
    written. A backup never overwrites a file; it lies beside the file,
    or where `backup_place` says. Raises `FileError`.
    """
    check_name(path)
    if path.endswith(os.sep):
        raise FileError(path, "cannot be written: is a folder; name a file")
    target = os.path.realpath(path)
    content = text.encode("utf-8")
    try:
        if not os.path.exists(target):
            _replace(target, content)
            return None
        if not stat.S_ISREG(os.stat(target).st_mode):
            # replacing a pipe or a device would put a file in its place
            with open(target, "wb") as device:
                device.write(content)
            return None
        if not os.access(target, os.W_OK):
            raise PermissionError
        saved = None
        if backup:
            saved = _back_up(target)
        _replace(target, content)
    except OSError as error:
        reason = reason_of(error)
        folder = os.path.dirname(target)
        if not os.path.isdir(folder):
            reason = f"there is no folder '{os.path.dirname(path)}'"
        raise FileError(path, f"cannot be written: {reason}") from None
    return saved


def _replace(target: str, content: bytes) -> None:
    # most commands only read
    from stackcfg.system.temporary import temporary_beside

    with temporary_beside(target, content) as temporary:
        copy_mode(target, temporary)
        os.replace(temporary, target)
    sync_folder(target)


def _back_up(target: str) -> str:
    from stackcfg.system.temporary import sweep_beside, temporary_beside

    place = backup_place(target)
    sweep_beside(place)
    with temporary_beside(place, read_bytes(target)) as temporary:
        copy_mode(target, temporary)
        return _name_backup(temporary, place)


def backup_place(target: str) -> str:
    """Return the path that a backup of a file takes its name from: its
    own, or for a template of a chart one in the folder of the chart.

    Helm renders every file below `templates`, whatever its ending is.
    """
    if f"{os.sep}templates{os.sep}" not in target:
        return target
    # few files are in charts
    from stackcfg.system.folder_search import folder_of_chart

    chart = folder_of_chart(target)
    if chart is None:
        return target
    inside = os.path.relpath(target, chart)
    return os.path.join(chart, inside.replace(os.sep, "-"))


def copy_mode(target: str, temporary: str) -> None:
    """Give a new file the mode and, where that is allowed, the owner of
    a target.
    """
    if not os.path.exists(target):
        os.chmod(temporary, 0o666 & ~_umask())
        return
    known = os.stat(target)
    if hasattr(os, "chown"):
        # most commands only read
        from contextlib import suppress

        with suppress(PermissionError):
            os.chown(temporary, known.st_uid, known.st_gid)
    os.chmod(temporary, stat.S_IMODE(known.st_mode))


def _umask() -> int:
    # The only way to read the mask is to set it.
    current = os.umask(0o077)
    os.umask(current)
    return current


def sync_folder(target: str) -> None:
    """Write the folder of a file to the disk, so that its new name stays."""
    from contextlib import suppress

    # Not every system can open a folder.
    with suppress(OSError):
        handle = os.open(os.path.dirname(target) or ".", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_folder(path: str) -> None:
    """Create the folder of a file that is to be written. Raises `FileError`."""
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        message = f"its folder cannot be created: {reason_of(error)}"
        raise FileError(path, message) from None


def back_up_with(
    target: str, copy: Callable[[str], None], folder: str
) -> tuple[str, bool]:
    """Make a backup of a file that `copy` writes to the path it is called with.

    It goes to a folder, or beside the file.

    Return the backup's name and whether it is new: a backup with the
    same content serves, so that an interrupted run that is repeated
    leaves only one. Raises `FileError`.
    """
    import filecmp
    from contextlib import ExitStack

    from stackcfg.system.temporary import sweep_beside, temporary_beside

    place = os.path.join(folder, os.path.basename(target)) if folder else target
    sweep_beside(place)
    with ExitStack() as stack:
        try:
            temporary = stack.enter_context(temporary_beside(place, b""))
        except OSError as error:
            message = f"no backup can be made: {reason_of(error)}"
            raise FileError(target, message) from None
        copy(temporary)
        copy_mode(target, temporary)
        for name in backup_names(place):
            if not os.path.exists(name):
                break
            if filecmp.cmp(temporary, name, shallow=False):
                return name, False
        return _name_backup(temporary, place), True


def _name_backup(temporary: str, target: str) -> str:
    """Give a finished copy the first free backup name of a file; return
    that name.
    """
    from contextlib import suppress

    for name in backup_names(target):
        with suppress(FileExistsError):
            rename_new(temporary, name)
            return name
    raise FileExistsError(f"{target}.bak")


def backup_names(target: str) -> Iterator[str]:
    """Yield the names that a backup of a file can have, in order."""
    yield f"{target}.bak"
    yield from (f"{target}.bak.{number}" for number in range(1, MAX_BACKUPS))


def rename_new(temporary: str, name: str) -> None:
    """Give a finished file another name that no file has.

    Raises `FileExistsError` when the name is taken.
    """
    try:
        os.link(temporary, name)
    except FileExistsError:
        raise
    except OSError:
        # The file system has no links: reserve the name, then replace.
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(temporary, name)
