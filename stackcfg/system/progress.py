"""Progress bars for many files and many rows: only on a terminal, and only once the work takes half a second."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

DELAY: Final = 0.5
"""Seconds of work before anything is drawn."""


class Progress:
    """Counts files and draws a bar on standard error when that is worth it."""

    def __init__(self, total: int, color: bool | None = None) -> None:
        self._color = color
        self._total = total
        self._done = 0
        self._wanted = total > 1 and sys.stderr.isatty()
        self._start = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def advance(self, name: str) -> None:
        """The work on a file begins."""
        self._done += 1
        if not self._wanted or time.monotonic() - self._start < DELAY:
            return
        if self._bar is None:
            self._draw()
        if self._bar is not None and self._task is not None:
            self._bar.start()
            self._bar.update(
                self._task, completed=self._done - 1, description=name[-40:]
            )

    def pause(self) -> None:
        """Take the bar off the screen, so that lines can be printed."""
        if self._bar is not None:
            self._bar.stop()

    def _draw(self) -> None:
        from rich.progress import Progress as Bar

        self._bar = Bar(console=_console(self._color), transient=True)
        self._task = self._bar.add_task("", total=self._total)


class RowProgress:
    """Counts rows and draws a bar with the time left, on a terminal and past the same delay."""

    def __init__(self, total: int, color: bool | None = None) -> None:
        self._color = color
        self._total = total
        self._done = 0
        self._name = ""
        self._wanted = sys.stderr.isatty()
        self._start = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def name(self, name: str) -> None:
        """What is being worked on from here."""
        self._name = name

    def advance(self, rows: int) -> None:
        """So many rows more are done."""
        self._done += rows
        if not self._wanted or time.monotonic() - self._start < DELAY:
            return
        if self._bar is None:
            self._draw()
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task,
                completed=min(self._done, self._total),
                description=self._name[-40:],
            )

    def stop(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()

    def _draw(self) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("rows"),
        )
        self._bar = Bar(
            *columns,
            TimeRemainingColumn(),
            console=_console(self._color),
            transient=True,
        )
        self._task = self._bar.add_task(self._name[-40:], total=self._total)
        self._bar.start()


def _console(color: bool | None) -> Console:
    from rich.console import Console

    from stackcfg.system.terminal import wants_color

    return Console(stderr=True, no_color=not wants_color(sys.stderr, color))
