"""Files are written whole or not at all, whatever interrupts the write."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from stackcfg.manifests.file_names import is_searched
from stackcfg.system.file_writing import write_file
from stackcfg.system.files import FileError, find_files, read_file
from tests.support.running import STARTER, environment


def test_a_write_replaces_the_whole_file(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    assert write_file(str(path), "new", backup=True) == f"{path}.bak"
    assert path.read_text() == "new"
    assert (tmp_path / "a.bak").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["a", "a.bak"]


def test_a_backup_of_a_template_is_where_helm_renders_nothing(tmp_path):
    """Helm renders every file below `templates`, whatever its ending is."""
    (tmp_path / "Chart.yaml").touch()
    folder = tmp_path / "templates" / "server"
    folder.mkdir(parents=True)
    path = folder / "run.yaml"
    path.write_text("old")
    name = f"{tmp_path}/templates-server-run.yaml.bak"
    assert write_file(str(path), "new", backup=True) == name
    assert Path(name).read_text() == "old"
    assert write_file(str(path), "newer", backup=True) == f"{name}.1"
    assert Path(f"{name}.1").read_text() == "new"
    assert os.listdir(folder) == ["run.yaml"]


def test_a_backup_in_a_folder_templates_of_no_chart_is_beside_the_file(tmp_path):
    (tmp_path / "templates").mkdir()
    path = tmp_path / "templates" / "run.yaml"
    path.write_text("old")
    assert write_file(str(path), "new", backup=True) == f"{path}.bak"


def test_a_failed_write_leaves_everything(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="No space left"):
        write_file(str(path), "new", backup=True)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_backup_needs_no_links(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")

    def unknown(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", unknown)
    assert write_file(str(path), "new", backup=True) == f"{path}.bak"
    assert (tmp_path / "a.bak").read_text() == "old"
    assert write_file(str(path), "newer", backup=True) == f"{path}.bak.1"
    assert sorted(os.listdir(tmp_path)) == ["a", "a.bak", "a.bak.1"]


def test_a_backup_is_as_private_as_the_file(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o600)
    write_file(str(path), "new", backup=True)

    def unknown(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", unknown)
    write_file(str(path), "newer", backup=True)
    for name in ("a", "a.bak", "a.bak.1"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(str(pipe), "new")
    assert os.read(reader, 100) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_file_without_permission_is_an_error(monkeypatch, tmp_path):
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "run.yaml").write_text("a: 1\n")
    monkeypatch.setattr("builtins.open", refused)
    with pytest.raises(FileError, match="permission denied"):
        read_file(str(tmp_path / "run.yaml"))


def test_a_pipe_is_read_once_and_gives_its_text_to_every_reader(tmp_path):
    """As `<(helm template CHART)`, which several parts of a command read."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # either side waits for the other one to open the pipe
    writing = threading.Thread(target=pipe.write_text, args=["a: 1\n"], daemon=True)
    writing.start()
    assert read_file(str(pipe)) == "a: 1\n"
    writing.join(10)
    assert read_file(str(pipe)) == "a: 1\n"


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    (tmp_path / "gone.yaml").symlink_to("moved.yaml")
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    with pytest.raises(FileError, match=r"link leads to 'moved\.yaml': no such file"):
        read_file(str(tmp_path / "gone.yaml"))
    with pytest.raises(FileError, match="link leads back to itself"):
        read_file(str(tmp_path / "self.yaml"))


def test_a_file_goes_into_no_folder_that_is_not_there(tmp_path):
    with pytest.raises(
        FileError, match=r"cannot be written: there is no folder '.*/x'"
    ):
        write_file(str(tmp_path / "x" / "new.yaml"), "a: 1\n")
    with pytest.raises(FileError, match="cannot be written: is a folder; name a file"):
        write_file(f"{tmp_path}/new/", "a: 1\n")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_name_is_no_folder():
    for use in (read_file, lambda name: write_file(name, "a: 1\n")):
        with pytest.raises(FileError, match="no name of a file") as caught:
            use("")
        assert caught.value.file == "''"


def test_a_byte_that_is_not_utf8_is_named_with_its_place(tmp_path):
    path = tmp_path / "a"
    path.write_bytes("x: ä\ny: ".encode() + b"\xff")
    with pytest.raises(FileError) as caught:
        read_file(str(path))
    assert caught.value.position == (2, 4)


def test_each_file_is_found_once(tmp_path):
    (tmp_path / "a.yaml").touch()
    path = str(tmp_path / "a.yaml")
    assert list(find_files([path, str(tmp_path), path], is_searched)) == [(path, False)]


def test_a_pattern_names_what_it_matches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "a.txt", "deep/er/c.yaml", "[1].yaml", ".d.yaml"):
        (tmp_path / name).touch()

    def found(pattern: str) -> list[str]:
        return [
            name
            for name, in_folder in find_files([pattern], is_searched)
            if not in_folder
        ]

    assert found("?.yaml") == ["a.yaml", "b.yaml"]
    assert found("**/*.yaml") == ["[1].yaml", "a.yaml", "b.yaml", "deep/er/c.yaml"]
    assert found("deep/*") == []
    assert list(find_files(["deep/*"], is_searched)) == [("deep/er/c.yaml", True)]
    assert found("[1].yaml") == ["[1].yaml"]
    assert found("-") == ["-"]


def test_a_pattern_that_matches_nothing_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert list(find_files(["*.yml"], is_searched)) == [("*.yml", False)]
    with pytest.raises(FileError, match="no file matches this pattern"):
        read_file("*.yml")


@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment_no_file_is_half_written(seed, tmp_path):
    old = (STARTER / "input.yaml").read_text()
    new = (STARTER / "output.yaml").read_text()
    names = [tmp_path / f"{number:02}.yaml" for number in range(40)]
    for name in names:
        name.write_text(old)
    command = [sys.executable, "-m", "stackcfg", "migrate", "--write", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment())
    wait_for_a_change(process, names, old)
    time.sleep(random.Random(seed).random() * 0.15)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for name in names:
        text = name.read_text()
        assert text in (old, new)
        backup = Path(f"{name}.bak")
        if backup.exists():
            assert backup.read_text() == old
        if text == new:
            assert backup.exists()


def wait_for_a_change(
    process: subprocess.Popen[bytes], names: list[Path], old: str
) -> None:
    while process.poll() is None and names[0].read_text() == old:
        time.sleep(0.001)
