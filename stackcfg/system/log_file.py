"""A log of what a command does: one line for each event, with the time in UTC."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from typing import TextIO


class LogFile:
    """A file that lines are added to; without a path, nothing is written.

    Threads may share it. Raises `OSError` where it cannot be opened.
    Where a line cannot be written later, one warning is printed and the
    work goes on.
    """

    def __init__(self, path: str = "") -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: TextIO | None = None
        if path:
            self._file = open(  # noqa: SIM115 - closed by `close`
                path, "a", encoding="utf-8", errors="backslashreplace"
            )

    def write(self, event: str) -> None:
        """Add an event as one line."""
        now = datetime.now(UTC).isoformat(" ", "milliseconds")
        line = f"{now.removesuffix('+00:00')}Z {' '.join(event.split())}\n"
        with self._lock:
            if self._file is None:
                return
            try:
                self._file.write(line)
                self._file.flush()
            except OSError as error:
                self._file = None
                words = f"no more lines in {self._path}: {error.strerror}"
                print(words, file=sys.stderr)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
