"""Copies of `data copy` as processes of their own, to kill or to race."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.running import WITHOUT_SERVER, environment


def start_copy(
    folder: Path, releases: Sequence[str], **variables: str
) -> subprocess.Popen[str]:
    """Start a copy from `old.yaml` to `new.yaml` in a folder, its home."""
    command = (sys.executable, "-c", WITHOUT_SERVER, "data", "copy")
    return subprocess.Popen(
        [*command, "old.yaml", "new.yaml", *releases],
        cwd=folder,
        env=environment(HOME=str(folder), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill a process after a time; whether it was still running."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return True
    return False
