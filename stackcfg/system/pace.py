"""A limit on how fast rows are copied."""

from __future__ import annotations

import threading
import time

from stackcfg.light_typing import Final

ROW: Final = 4096
"""Bytes of a file that count as a row."""


class Pace:
    """Lets callers wait so that together they do at most `rate` rows a second.

    0: no limit. Threads may share it.
    """

    def __init__(self, rate: int = 0) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    def wait_after_bytes(self, count: int) -> None:
        """Wait as long as a part of a file may take."""
        self.wait_after(count / ROW)

    def wait_after(self, rows: float) -> None:
        """Wait as long as these rows may take."""
        if not self.rate:
            return
        with self._lock:
            begun = max(self._free_at, time.monotonic())
            self._free_at = begun + rows / self.rate
            pause = self._free_at - time.monotonic()
        if pause > 0:
            time.sleep(pause)
