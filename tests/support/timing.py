"""How long a command takes."""

from __future__ import annotations

import time
from pathlib import Path

from tests.support.in_process import run_here


def computing_seconds(command: tuple[str, ...], path: Path) -> float:
    """Return the computing time of a command for a file; other processes do not count."""
    before = time.process_time()
    run_here(*command, path, CI="1")
    return time.process_time() - before
