"""Work on many files in several processes.

Measured on two cores: processes pay from about fifty files each; below
that, and where the system cannot fork, one process does all the work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_A_PROCESS = 50
"""Items that keep a process busy for longer than it takes to start one."""

CHUNK = 16
"""Items that a process gets at once, of many ones more. Ctrl-C waits
for the chunks that are begun.
"""

MOST_CHUNKS = 256
MAX_CHUNK = 128
"""Each chunk waits for the system to wake a process: on a busy machine
thousands take longer than the work.
"""

_work: Callable[[Any], Any]
"""What a worker process does with an item; inherited by fork, so it may
be a closure.
"""


def parallel_map(
    work: Callable[[Item], Result], items: Sequence[Item]
) -> Iterator[Result]:
    """Yield the result for each item, in the order of the items.

    An exception in a worker process is raised here, with the worker's
    traceback. Raises `RuntimeError` when a worker process is killed.
    """
    count = min(_cores(), len(items) // WORTH_A_PROCESS)
    if count < 2:
        yield from map(work, items)
        return
    # what the first item imports and reads, each process would do again
    yield work(items[0])
    left = items[1:]
    executor = _start_processes(count, work)
    if executor is None:
        yield from map(work, left)
        return
    from concurrent.futures.process import BrokenProcessPool

    chunk = min(max(CHUNK, len(items) // MOST_CHUNKS), MAX_CHUNK)
    try:
        yield from executor.map(_work_on, left, chunksize=chunk)
    except BrokenProcessPool:
        raise RuntimeError("a worker process ended early") from None
    finally:
        executor.shutdown(cancel_futures=True)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start_processes(
    count: int, work: Callable[[Any], Any]
) -> ProcessPoolExecutor | None:
    """Return worker processes; None where the system cannot provide them."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return None
    # multiprocessing.Pool would wait for ever for a worker that was killed.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # A worker would print what still waits in these buffers a second time.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    context = get_context("fork")
    try:
        return ProcessPoolExecutor(count, context, _start_worker, (work,))
    except (ImportError, NotImplementedError, OSError):
        return None  # no semaphores, as in a container without /dev/shm


def _start_worker(work: Callable[[Any], Any]) -> None:
    import signal
    from threading import Thread

    # Ctrl-C reaches every process; only the parent answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    global _work
    _work = work


def _end_with_parent() -> None:
    """End this process when its parent is gone, as one that a CI job stops.

    It would wait for work for ever, and keep the output open.
    """
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_on(item: Any) -> Any:
    return _work(item)
