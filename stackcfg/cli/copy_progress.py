"""How far a copy is: on a terminal, in a log; and that it is no faster than allowed.

No row and no password is in the lines of the log.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from typing import Final

from stackcfg.data.locations import Database
from stackcfg.data.moves import Move, UpgradePlan
from stackcfg.data.result import CopyCounts, UpgradeResult
from stackcfg.errors import StackcfgError
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import describe_releases
from stackcfg.system.log_file import LogFile
from stackcfg.system.pace import Pace
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


def open_log(path: str, plan: UpgradePlan) -> LogFile:
    """Return the log of a copy, which begins with what is copied.

    Raises `StackcfgError` for a file that must not be written to.
    """
    if not path:
        return LogFile()
    old, new = plan.upgrade.old, plan.upgrade.new
    files = {old.name, new.name}
    for move in plan.moves:
        files |= {move.source.database.file, move.target.database.file}
    if os.path.realpath(path) in map(os.path.realpath, filter(None, files)):
        raise StackcfgError(f"--log-file {path}: it is an input of this command")
    try:
        log = LogFile(path)
    except OSError as error:
        raise StackcfgError(f"--log-file {path}: {error.strerror}") from None
    names = [
        f"{side.name} ({describe_releases(frozenset(side.releases))})"
        for side in (old, new)
    ]
    log.write(f"begin: data copy {' to '.join(names)}")
    return log


def log_begin(
    log: LogFile, database: Database, moves: Sequence[Move], result: UpgradeResult
) -> None:
    """Log which rows are to be copied into a database."""
    rows = sum(result.rows[move] for move in moves)
    stores = ", ".join(move.store for move in moves)
    log.write(f"{database.describe()}: {rows} rows of {stores}")


def log_end(
    log: LogFile, database: Database, counts: Sequence[CopyCounts], seconds: float
) -> None:
    """Log what was copied into a database."""
    for each in counts:
        log.write(
            f"{each.move.store}: {each.rows} rows, {each.added} copied, "
            f"{each.completed} completed, {each.present} present, "
            f"{len(each.differing)} different, {sum(each.skipped.values())} skipped"
        )
        for reason, count in each.skipped.items():
            log.write(f"{each.move.store}: {count} skipped: {reason.reason}")
    log.write(f"{database.describe()}: committed after {seconds:.1f} s")


def log_failure(log: LogFile, error: BaseException) -> None:
    """Log why a copy ended."""
    words = str(error) or type(error).__name__
    log.write(f"failed: {mask_secrets(words)}")
