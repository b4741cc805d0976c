"""What is shipped: the version, the release script, the workflows, the manual page, the image."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest
import typer.main
import yaml
from pages.man_page import man_page
from release_notes import release_notes

import stackcfg
from tests.support.in_process import run_here
from tests.support.running import ROOT, download_environment
from tests.support.running import stackcfg as command

WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CHANGELOG: Final = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PINNED: Final = re.compile(r"[\w./-]+@[0-9a-f]{40}")
TAG: Final = "v9.8.7"


def read_workflow(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def steps_of(path: Path) -> list[dict[str, Any]]:
    jobs = read_workflow(path)["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_pins_what_it_uses_and_begins_with_few_rights(path: Path):
    for step in steps_of(path):
        if "uses" in step:
            assert PINNED.fullmatch(step["uses"]), step["uses"]
    assert read_workflow(path)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_scripts_of_a_workflow_are_bash(path: Path):
    for step in steps_of(path):
        script = step.get("run", "")
        assert "${{" not in script, "an expression in a script can be code"
        done = subprocess.run(
            ["bash", "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), script


def test_a_release_is_published_without_a_password_and_with_attestations():
    jobs = read_workflow(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    publish = jobs["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"] == "pypi"
    (upload,) = [step for step in publish["steps"] if "pypi-publish" in str(step)]
    assert upload["with"] == {"packages-dir": "index", "attestations": True}
    assert jobs["page"]["permissions"]["attestations"] == "write"


def test_the_notes_of_a_version_are_its_section():
    notes = release_notes(CHANGELOG, "0.1.0")
    assert "### Added" in notes
    assert "\n## " not in notes
    with pytest.raises(ValueError, match=r"no section '7\.7\.7"):
        release_notes(CHANGELOG, "7.7.7")
    with pytest.raises(ValueError, match="no section"):
        release_notes("## 7.7.7\n\ntext\n", "7.7.7")


def test_a_checkout_has_a_version():
    assert re.match(r"\d+", stackcfg.__version__)
    assert command("--version").out == f"stackcfg {stackcfg.__version__}\n"


def test_the_manual_page_names_every_command_and_option():
    page = man_page().replace("\\-", "-")
    for words in ("migrate", "validate", "show", "data copy"):
        done = command(*words.split(), "--help")
        options = re.findall(r"^ +((?:-\w, )?--[\w-]+)", done.out, re.MULTILINE)
        _, _, section = page.partition(f".SS stackcfg {words}\n")
        section, _, _ = section.partition("\n.SS ")
        assert "-h, --help" in options
        assert len(options) > 2
        for option in options:
            assert f"\n.B {option}" in section, option


def test_a_command_of_the_same_process_knows_h_after_the_manual_page_is_made():
    """The objects of the commands keep the option for help that they are first asked for."""
    # those that the tests share were asked before
    anew = cache(typer.main.get_command.__wrapped__)
    with patch.object(typer.main, "get_command", anew):
        man_page()
        done = run_here("migrate", "-h")
    assert (done.code, done.err) == (0, "")
    assert "--target" in done.out


def test_the_manual_page_is_right_for_groff():
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("no groff")
    done = subprocess.run(
        [groff, "-man", "-ww", "-Tascii", "-z"],
        input=man_page(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_image_runs_as_a_user_without_rights():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert len(stages) == 2
    assert len(users) == 1
    assert int(users[0]) > 0


def test_the_image_is_built_from_what_the_package_needs():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    taken = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    for name in taken:
        assert (ROOT / name).exists(), name
    assert {"pyproject.toml", "stackcfg", "schemas", ".ci/version_file.py"} <= set(
        taken
    )


def git(folder: Path, *arguments: str) -> None:
    variables = download_environment(
        GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1"
    )
    author = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    call = ["git", *author, "-c", "safe.directory=*", *arguments]
    subprocess.run(call, cwd=folder, check=True, env=variables, capture_output=True)


@pytest.mark.conformance
def test_a_tag_makes_a_release(tmp_path: Path):
    """The script builds twice, compares, installs the wheel and asks it for its version; it needs a package index."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(ROOT), str(clone))
    changelog = CHANGELOG.replace("## 0.1.0 - ", "## 9.8.7 - ")
    (clone / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    git(clone, "commit", "--quiet", "--all", "--message", "a release")
    git(clone, "tag", TAG)
    done = subprocess.run(
        [".ci/release", str(tmp_path / "dist"), TAG],
        cwd=clone,
        env=download_environment(PYTHON=sys.executable),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = {path.name for path in (tmp_path / "dist").iterdir()}
    assert names == {
        "stackcfg-9.8.7-py3-none-any.whl",
        "stackcfg-9.8.7.tar.gz",
        "stackcfg.pyz",
        "stackcfg.1",
        "stackcfg.cdx.json",
        "NOTES.md",
        "SHA256SUMS",
    }
