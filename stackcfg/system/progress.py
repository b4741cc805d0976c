"""Progress bars for many files and many rows.

A bar is drawn only on a terminal, and only once the work has taken half
a second.
"""

from __future__ import annotations

import sys
import time

from stackcfg.light_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

DELAY = 0.5
"""Seconds of work before a bar is drawn."""

NAME_WIDTH = 40


class _Bar:
    """A bar on standard error that appears late and can be taken off
    the screen.
    """

    counts_rows = False

    def __init__(self, total: int, color: bool | None, is_wanted: bool) -> None:
        self._total = total
        self._done = 0
        self._color = color
        self._is_wanted = is_wanted and sys.stderr.isatty()
        self._start = time.monotonic()
        self._rich: RichProgress | None = None
        self._task: TaskID | None = None

    def _show(self, name: str) -> None:
        """Draw how much is done and what is being worked on."""
        if not self._is_wanted or time.monotonic() - self._start < DELAY:
            return
        if self._rich is None or self._task is None:
            self._rich = _create_bar(self._color, self.counts_rows)
            self._task = self._rich.add_task("", total=self._total, speed="")
        self._rich.start()
        done = min(self._done, self._total)
        seconds = time.monotonic() - self._start
        self._rich.update(
            self._task,
            completed=done,
            description=name[-NAME_WIDTH:],
            speed=f"{self._done / max(seconds, DELAY):,.0f} a second",
        )

    def hide(self) -> None:
        """Take the bar off the screen until it advances, so that lines
        can be printed.
        """
        if self._rich is not None:
            self._rich.stop()


class Progress(_Bar):
    """Counts files; shows no bar for a single one."""

    def __init__(self, total: int, color: bool | None = None) -> None:
        super().__init__(total, color, total > 1)

    def advance(self, name: str) -> None:
        """Count one more file and show its name."""
        self._show(name)
        self._done += 1


class RowProgress(_Bar):
    """Counts rows; the bar shows how fast they come, and the time left."""

    counts_rows = True

    def __init__(self, total: int, color: bool | None = None) -> None:
        super().__init__(total, color, is_wanted=True)
        self.name = ""
        """The database or store that is worked on."""

    def advance(self, rows: int) -> None:
        """Count rows that are done."""
        self._done += rows
        self._show(self.name)


def _create_bar(color: bool | None, counts_rows: bool) -> RichProgress:
    from rich import progress
    from rich.console import Console

    from stackcfg.system.terminal import wants_color

    console = Console(stderr=True, no_color=not wants_color(sys.stderr, color))
    if not counts_rows:
        return progress.Progress(console=console, transient=True)
    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("rows, {task.fields[speed]},"),
        progress.TimeRemainingColumn(),
        console=console,
        transient=True,
    )
