"""Writes a result to a file that must not replace another one unasked."""

from __future__ import annotations

import os

from stackcfg.errors import StackcfgError
from stackcfg.system.file_writing import write_file
from stackcfg.system.files import FileError, read_head


def write_new_file(path: str, text: str, force: bool) -> None:
    """Write a text to a file that is new, is empty, or holds this text already.

    `force` replaces any file; devices and pipes are written to in any
    case. Raises `StackcfgError` if the file has other content.
    """
    # a link may end at a file that is not there, and not at itself
    if os.path.islink(path) and os.path.islink(os.path.realpath(path)):
        raise FileError(path, "cannot be written: the link leads to itself")
    if not force and _holds_other_content(path, text.encode("utf-8")):
        message = f"{path} exists and has other content"
        raise StackcfgError(message, hint="--force overwrites it")
    write_file(path, text)


def _holds_other_content(path: str, content: bytes) -> bool:
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        return False
    # one byte more tells a longer file
    return read_head(path, len(content) + 1) != content
