"""How far a copy is: on a terminal, in a log; and that it is no faster than allowed."""

from __future__ import annotations

import threading
import time
from typing import Final

from stackcfg.cli.copy_log import LogFile
from stackcfg.errors import StackcfgError
from stackcfg.system.progress import RowProgress

LOGGED_EVERY: Final = 10.0
"""Seconds between two lines of a log about the same copy."""


class CopyStoppedError(StackcfgError):
    """The user has interrupted a copy."""


class CopyProgress:
    """Counts copied rows; several threads may do so."""

    def __init__(
        self, total: int, color: bool | None, pace: Pace, log: LogFile
    ) -> None:
        self._bar = RowProgress(total, color)
        self._total = total
        self._done = 0
        self._pace = pace
        self._log = log
        self._lock = threading.Lock()
        self._begun = self._logged = time.monotonic()
        self._is_stopped = False

    def work_on(self, name: str) -> None:
        """Show which database is written."""
        self._bar.name = name

    def advance(self, rows: int) -> None:
        """Count rows; wait where they came too fast.

        Raises `CopyStoppedError` after `stop`.
        """
        if self._is_stopped:
            raise CopyStoppedError("interrupted")
        with self._lock:
            self._done += rows
            self._bar.advance(rows)
            self._log_now_and_then()
        self._pace.wait_after(rows)

    def _log_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self._logged < LOGGED_EVERY:
            return
        self._logged = now
        speed = self._done / (now - self._begun)
        left = max(0, self._total - self._done) / max(1, speed)
        self._log.write(
            f"progress: {self._done} of {self._total} rows, {speed:.0f} a second, "
            f"about {left:.0f} s left"
        )

    def stop(self) -> None:
        """Let every thread end at its next row."""
        self._is_stopped = True

    def hide(self) -> None:
        """Take the bar off the screen."""
        self._bar.hide()


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
