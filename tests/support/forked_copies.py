"""Copies of `data copy` in forks of one process, which are killed after a time: without the start of an interpreter each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.running import NO_SERVER_PORT, environment

ERRORS: Final = "stderr.txt"

PROGRAM: Final = f"""\
import os, signal, sys, time
import psycopg, redis, sqlite3
import stackcfg.data.copy, stackcfg.data.engines.opening, stackcfg.data.engines.redis
from stackcfg.__main__ import main
from stackcfg.data import running_servers

running_servers.SERVER_PORT = {NO_SERVER_PORT}

def run():
    for number, name in ((1, os.devnull), (2, "{ERRORS}")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
    code = 2
    try:
        main()
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    finally:
        os._exit(code)

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
for line in sys.stdin:
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        run()
    if signal.sigtimedwait([signal.SIGCHLD], float(line)) is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # the child may have ended in between
        signal.sigtimedwait([signal.SIGCHLD], 0)
        print(-signal.SIGKILL, time.monotonic() - begun, flush=True)
    else:
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), time.monotonic() - begun, flush=True)
"""

LONG: Final = 600.0


class Ended(NamedTuple):
    """How a copy ended: its exit code, its time, and what it wrote to stderr."""

    code: int
    seconds: float
    err: str

    @property
    def is_killed(self) -> bool:
        """Return whether it was killed before its end."""
        return self.code < 0


class Copies:
    """Runs copies from `old.yaml` to `new.yaml` in a folder, one after another."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder

    def run(self, seconds: float = LONG) -> Ended:
        """Run a copy to its end, or kill it after a time."""
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None
        assert answers is not None
        print(seconds, file=asks, flush=True)
        code, took = answers.readline().split()
        return Ended(int(code), float(took), (self._folder / ERRORS).read_text())


@contextmanager
def forked_copies(folder: Path, options: Sequence[str]) -> Iterator[Copies]:
    """Start the process that forks copies."""
    words = ("data", "copy", "old.yaml", "new.yaml", *options)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env=environment(HOME=str(folder)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Copies(process, folder)
        assert process.stdin is not None
        process.stdin.close()
