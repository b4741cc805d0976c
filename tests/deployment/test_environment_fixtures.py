"""Files around a server, before and after, with all that is said of them.

Each folder of `fixtures/deployment/environment` has the files of one run in `before` and `after`, and the notes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from stackcfg.deployment.engine import migrate_deployment
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.migration.settings import settings_for
from tests.support.expected import compare_with_file
from tests.support.running import ROOT

FOLDER = ROOT / "fixtures" / "deployment" / "environment"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
TARGET = "1.5.0"


def settings(target: str = TARGET) -> DeploymentSettings:
    return DeploymentSettings(settings_for(target, "consolidate"))


def read_files(folder: Path) -> list[tuple[str, str]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        (path.relative_to(folder).as_posix(), path.read_bytes().decode())
        for path in paths
    ]


def migrated(files, target=TARGET):
    """Return the new texts by name, and the notes as lines."""
    texts = dict(files)
    lines = []
    for each in migrate_deployment(files, settings(target)):
        if each.error is not None:
            lines.append(f"{each.file}: refused: {each.error.message}")
            continue
        texts[each.file] = each.result.text
        for config in each.result.configs:
            if config.is_run_config:
                continue
            for note in config.notes:
                line, column = note.position
                lines.append(
                    f"{each.file}:{line}:{column}: {config.place}: {note.severity}: {note.message}"
                )
    return texts, lines


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_files_become_those_of_ogx(case):
    texts, notes = migrated(read_files(case / "before"))
    for name, text in texts.items():
        compare_with_file(text, case / "after" / name)
    compare_with_file("".join(f"{line}\n" for line in notes), case / "notes.txt")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_second_run_changes_nothing(case):
    after = read_files(case / "after")
    assert migrated(after)[0] == dict(after)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_other_line_is_as_it_was(case):
    """Windows line ends stay, and lines that need no change."""
    before = [
        (name, text.replace("\n", "\r\n")) for name, text in read_files(case / "before")
    ]
    expected = dict(read_files(case / "after"))
    for name, text in migrated(before)[0].items():
        assert text == expected[name].replace("\n", "\r\n")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_before_ogx_nothing_is_renamed(case):
    files = read_files(case / "before")
    texts, notes = migrated(files, "0.7.3")
    assert notes == []
    for name, text in files:
        assert texts[name].count("ogx") == text.count("ogx")
        assert texts[name].count("LLAMA_STACK") >= text.count("LLAMA_STACK")
