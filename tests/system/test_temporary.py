"""What a killed run left is swept by the next one, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stackcfg.system.temporary import LEFT_AFTER, locks, sweep_beside, temporary_beside
from tests.support.running import OLD, environment, stackcfg


def left_by_killed_run(target) -> str:
    """Start a process that writes a temporary file, and kill it."""
    code = (
        "import sys, time\n"
        "from stackcfg.system.temporary import temporary_beside\n"
        "with temporary_beside(sys.argv[1], b'half') as path:\n"
        "    print(path, flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(target)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    path = process.stdout.readline().strip()
    sweep_beside(str(target))
    assert os.path.exists(path), "a file of a running process was swept"
    process.kill()
    process.wait()
    process.stdout.close()
    if locks is None:
        old = time.time() - LEFT_AFTER - 1
        os.utime(path, (old, old))
    return path


def test_a_file_of_a_killed_run_is_swept(tmp_path):
    target = tmp_path / "run.yaml"
    path = left_by_killed_run(target)
    (tmp_path / f"{os.path.basename(path)}-journal").touch()
    sweep_beside(str(target))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        ".other.yaml.abcdefgh.tmp",
        "run.yaml.abcdefgh.tmp",
        ".run.yaml.tmp",
        ".run.yaml.abcdefgh.tmp.bak",
        ".run.yaml.ABCDEFGH.tmp",
        ".run.yaml.abcdefgh.tmp-notes",
        "run.yaml-journal",
    ],
)
def test_files_of_others_stay(tmp_path, name):
    (tmp_path / name).touch()
    sweep_beside(str(tmp_path / "run.yaml"))
    assert os.listdir(tmp_path) == [name]


def test_a_link_stays(tmp_path):
    (tmp_path / "precious").touch()
    (tmp_path / ".run.yaml.abcdefgh.tmp").symlink_to("precious")
    sweep_beside(str(tmp_path / "run.yaml"))
    assert len(os.listdir(tmp_path)) == 2


def test_a_temporary_file_goes_with_its_block(tmp_path):
    with temporary_beside(str(tmp_path / "a"), b"x") as path:
        assert Path(path).read_bytes() == b"x"
    assert os.listdir(tmp_path) == []


def test_the_next_run_sweeps_also_where_nothing_is_to_do(tmp_path):
    target = tmp_path / "run.yaml"
    target.write_text(OLD)
    assert stackcfg("migrate", "-w", "--no-backup", target).code in (0, 3)
    left_by_killed_run(target)
    stackcfg("migrate", "-w", target)
    assert os.listdir(tmp_path) == ["run.yaml"]
