"""Work in several processes gives the same results in the same order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from stackcfg.system import parallel
from stackcfg.system.parallel import WORTH_A_PROCESS, parallel_map
from tests.support.running import STARTER, environment, stackcfg

MANY = 4 * WORTH_A_PROCESS


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch):
    monkeypatch.setattr(parallel, "_cores", lambda: 2)


def test_results_come_in_order():
    assert list(parallel_map(lambda number: number * number, range(MANY))) == [
        n * n for n in range(MANY)
    ]


def test_many_items_go_to_two_processes():
    def work(_: int) -> int:
        time.sleep(0.001)  # so that one process does not take every chunk
        return os.getpid()

    first, *others = parallel_map(work, range(MANY))
    # all of them start with what the first one has loaded
    assert first == os.getpid()
    assert len(set(others) - {first}) == 2


def test_few_items_stay_here():
    assert set(parallel_map(lambda _: os.getpid(), range(2 * WORTH_A_PROCESS - 1))) == {
        os.getpid()
    }


def test_large_results_do_not_block():
    pieces = list(parallel_map(lambda number: str(number) * 10_000, range(MANY)))
    assert [len(piece) for piece in pieces] == [
        len(str(number)) * 10_000 for number in range(MANY)
    ]


def test_an_exception_in_another_process_keeps_its_traceback():
    def work_that_fails(number: int) -> int:
        return 1 // (number - MANY + 1)

    with pytest.raises(ZeroDivisionError) as caught:
        list(parallel_map(work_that_fails, range(MANY)))
    assert "in work_that_fails" in str(caught.value.__cause__)


def test_a_system_without_semaphores_uses_one_process(monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    assert set(parallel_map(lambda _: os.getpid(), range(MANY))) == {os.getpid()}


def test_a_worker_that_is_killed_is_an_error():
    def work(number: int) -> int:
        if number == MANY - 1:
            os._exit(3)
        return number

    with pytest.raises(RuntimeError, match="ended early"):
        list(parallel_map(work, range(MANY)))


def test_a_folder_of_many_files_is_reported_as_one(tmp_path):
    good = (STARTER / "output.yaml").read_text()
    for number in range(MANY):
        text = (
            good
            if number % 10
            else good.replace("backend: kv_default", "backend: kv_defualt", 1)
        )
        (tmp_path / f"{number:03}-run.yaml").write_text(text)
    done = stackcfg(
        "validate",
        "--format",
        "concise",
        "--select",
        "unknown-backend",
        ".",
        cwd=tmp_path,
    )
    assert done.code == 1
    files = [line.split(":")[0] for line in done.out.splitlines()]
    assert files == [f"./{number:03}-run.yaml" for number in range(0, MANY, 10)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="one process does all the work")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_worker_processes_end_with_a_process_that_is_stopped(sent):
    """What stops a job of CI ends the first process alone."""
    script = (
        "import os, time\n"
        "from stackcfg.system import parallel\n"
        "parallel._cores = lambda: 2\n"
        "def work(number):\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(0.1)\n"
        f"list(parallel.parallel_map(work, range({MANY})))\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment()
    )
    assert running.stdout is not None
    seen: set[bytes] = set()
    while len(seen) < 3:
        seen.add(running.stdout.readline())
    running.send_signal(sent)
    # the output is at its end when no process has it open any more
    running.communicate(timeout=60)
    assert running.returncode == -sent
