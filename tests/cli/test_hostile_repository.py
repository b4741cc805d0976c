"""What a checked folder holds makes no command start a program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.running import OLD, stackcfg

CONFIG = """\
[core]
\trepositoryformatversion = 0
\tbare = false
\tworktree = .
\tfsmonitor = "touch '{marker}'; false"
"""


@pytest.fixture
def hostile(tmp_path) -> Path:
    """A folder of a repository that is a bare repository itself: its config names
    a program, which git runs when it lists the files.
    """
    folder = tmp_path / "clone" / "deploy"
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", tmp_path / "clone"], check=True)
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
    for name in ("hooks", "info", "description", "branches"):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (folder / "config").write_text(CONFIG.format(marker=tmp_path / "started"))
    (folder / "run.yaml").write_text(OLD)
    return folder


@pytest.mark.parametrize("folder", ["deploy", "."])
@pytest.mark.parametrize(
    "command", [["validate"], ["migrate", "--check"], ["migrate", "--diff"]]
)
def test_no_command_starts_what_the_folder_names(hostile, command, folder):
    done = stackcfg(*command, folder, cwd=hostile.parent)
    assert "run.yaml" in done.out + done.err
    assert not (hostile.parent.parent / "started").exists()


def test_the_current_folder_starts_nothing(hostile):
    done = stackcfg("validate", cwd=hostile)
    assert "run.yaml" in done.out + done.err
    assert not (hostile.parent.parent / "started").exists()
