"""Who holds a lock: a process, by machine, number and start."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Final

SEPARATOR: Final = " on "


def _name_machine() -> str:
    """Return the name of this machine, and of what numbers its processes."""
    numbering = ""
    # containers can share a name, and number their processes anew
    with suppress(OSError):
        numbering = os.readlink("/proc/self/ns/pid")
    return f"{socket.gethostname()} {numbering}".strip()


def describe_this_process() -> str:
    """Describe this process so that `has_ended` can look for it."""
    import psutil

    started = psutil.Process().create_time()
    return f"{os.getpid()}/{started:.2f}{SEPARATOR}{_name_machine()}"


def has_ended(owner: str) -> bool:
    """Return whether a process of this machine has ended.

    Nothing is known about a process of another machine, so it has not.
    """
    import psutil

    process, _, machine = owner.partition(SEPARATOR)
    number, _, started = process.partition("/")
    if machine != _name_machine() or not number.isdigit():
        return False
    try:
        found = psutil.Process(int(number)).create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
    # its number can belong to another process by now
    return f"{found:.2f}" != started
