"""Shares work on many files out to several processes, where that pays.

Measured on two cores: a bare fork pays from about fifty files on; below, and where the system has no fork, one process
does it all. Results come back in the order of the items.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_A_PROCESS: Final = 50
"""Items that keep a process busy longer than it takes to start one."""

CHUNK: Final = 1 << 20


def parallel_map(
    work: Callable[[Item], Result], items: Sequence[Item]
) -> Iterator[Result]:
    """The result for each item, in order. An error in another process ends the iteration with `RuntimeError`."""
    count = min(_cores(), len(items) // WORTH_A_PROCESS)
    if count < 2 or not hasattr(os, "fork") or sys.platform == "darwin":
        yield from map(work, items)
        return
    bounds = [len(items) * index // count for index in range(count + 1)]
    parts = [items[bounds[index] : bounds[index + 1]] for index in range(count)]
    children = [_child(work, part) for part in parts[1:]]
    for item in parts[0]:
        yield work(item)
        for child in children:
            child.take()  # a pipe holds little: a child whose results nobody takes stands still
    for child, part in zip(children, parts[1:], strict=True):
        yield from child.results(len(part))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Child(Generic[Result]):
    """Another process and what it has sent so far."""

    def __init__(self, process: int, pipe: int) -> None:
        self._process = process
        self._pipe = pipe
        self._sent = bytearray()

    def take(self) -> None:
        """Take what waits in the pipe, without waiting for more."""
        import select

        while self._pipe >= 0 and select.select([self._pipe], [], [], 0)[0]:
            self._read()

    def _read(self) -> None:
        piece = os.read(self._pipe, CHUNK)
        self._sent += piece
        if not piece:
            os.close(self._pipe)
            self._pipe = -1
            os.waitpid(self._process, 0)

    def results(self, count: int) -> Iterator[Result]:
        """All results, once the process has ended."""
        import io
        import pickle

        while self._pipe >= 0:
            self._read()
        stream = io.BytesIO(self._sent)
        for _ in range(count):
            try:
                yield pickle.load(stream)
            except (EOFError, pickle.UnpicklingError):
                raise RuntimeError("a worker process ended early") from None


def _child(work: Callable[[Item], Result], part: Sequence[Item]) -> _Child[Result]:
    """Fork a process that works on a part and sends each result as soon as it has it."""
    import pickle

    reading, writing = os.pipe()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # one that was closed before the start is none
            stream.flush()
    process = os.fork()
    if process:
        os.close(writing)
        return _Child(process, reading)
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as stream:
            for item in part:
                pickle.dump(work(item), stream, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)
