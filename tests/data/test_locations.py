"""Where rows are: two paths to one file are one database."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackcfg.data.locations import Folders, HomeFolder


@pytest.fixture
def mounted_twice(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Return two paths of one folder, which `realpath` does not tell apart."""
    first, second = tmp_path / "first", tmp_path / "second"
    for each in (first, second):
        each.mkdir()
    mount = ("mount", "--bind", first, second)
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a folder")
    yield first, second
    subprocess.run(["umount", "--lazy", second], check=True)


def test_a_folder_has_the_name_by_which_it_was_named_first(mounted_twice):
    first, second = (str(each / "kv.db") for each in mounted_twice)
    folders = Folders()
    assert folders.locate_file(first).file == first
    assert folders.locate_file(second).file == first
    assert folders.locate_file(second) == folders.locate_file(first)


def test_another_upgrade_knows_no_names_of_this_one(mounted_twice):
    first, second = (str(each / "kv.db") for each in mounted_twice)
    assert Folders().locate_file(first).file == first
    assert Folders().locate_file(second).file == second


def test_a_link_is_the_file_that_it_leads_to(tmp_path):
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    folders = Folders()
    assert folders.locate_file(f"{link}/kv.db") == folders.locate_file(
        f"{folder}/kv.db"
    )


def test_a_file_in_a_folder_that_does_not_exist_yet_keeps_its_path(tmp_path):
    path = str(tmp_path / "later" / "kv.db")
    folders = Folders()
    assert folders.locate_file(path).file == path
    assert folders.first_paths == {}


def test_a_path_below_a_renamed_home_folder_is_where_the_folder_is_now(tmp_path):
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    folders = Folders(HomeFolder(old, new, renamed=True))
    assert folders.locate_file(f"{old}/kv.db").file == f"{new}/kv.db"
