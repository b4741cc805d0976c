"""What a process costs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """The wall time and the CPU time of a run in seconds, and its peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


def run_measured(
    command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
) -> Run:
    """Run a command in a folder, in an environment or in that of this process.

    If it fails, this process ends with what the command printed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=variables,
    )
    assert process.stdout is not None
    words = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(words)
    wall = time.perf_counter() - start
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
