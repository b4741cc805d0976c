"""A folder search lists what git lists, and starts no git."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from stackcfg.manifests.file_names import is_searched
from stackcfg.system.folder_search import search_folder

NAMES = (
    "a",
    "b",
    "keep",
    "x.yaml",
    "y.yml",
    "a.yaml",
    "foo bar",
    "#h",
    "!n",
    "é.yaml",
    "Dockerfile",
)
PIECES = (
    *("a", "b", "keep", "x.yaml", "*.yaml", "*.y*ml", "*", "**", "a*", "?.yaml"),
    *("[ab]", "[!a]", "[a-z].yaml", "[[:alpha:]].yaml", "foo\\ bar", "\\#h", "é.yaml"),
    *(".*", "[]z]", "[z-a]", "\\a", "***"),
)


def git(*arguments: str, cwd: Path) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=True)
    return os.fsdecode(done.stdout)


def listed_by_git(folder: Path) -> list[str]:
    options = ["--cached", "--others", "--exclude-standard"]
    names = git("ls-files", "-z", *options, cwd=folder).split("\0")
    paths = [os.path.join(folder, name) for name in names if name]
    return sorted(
        path for path in set(paths) if is_searched(path) and os.path.isfile(path)
    )


def found_in(folder: Path) -> list[str]:
    return [
        os.path.relpath(path, folder)
        for path in search_folder(str(folder), is_searched)
    ]


def put(folder: Path, *names: str, **contents: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name, content in contents.items():
        (folder / name).write_text(content)


def ignore(folder: Path, *patterns: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("".join(f"{line}\n" for line in patterns))


def grow(chance: random.Random, folder: Path, depth: int = 0) -> None:
    for name in chance.sample(NAMES, chance.randint(2, 5)):
        if depth < 3 and chance.random() < 0.5:
            (folder / name).mkdir()
            grow(chance, folder / name, depth + 1)
        else:
            (folder / name).touch()


def some_pattern(chance: random.Random) -> str:
    count = chance.randint(1, 3)
    path = "/".join(chance.choice(PIECES) for _ in range(count))
    before = chance.choice(["", "", "/"])
    after = chance.choice(["", "", "/", " "])
    return chance.choice(["", "", "!"]) + before + path + after


@pytest.mark.parametrize("seed", range(60))
def test_the_search_agrees_with_git_on_generated_trees(seed, tmp_path):
    chance = random.Random(seed)
    grow(chance, tmp_path)
    folders = [Path(parent) for parent, _, _ in os.walk(tmp_path)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    object_format = chance.choice(["sha1", "sha256"])
    git("init", "-q", f"--object-format={object_format}", cwd=tmp_path)
    git("config", "index.version", chance.choice(["2", "4"]), cwd=tmp_path)
    tracked = chance.sample(files, min(len(files), 3))
    git("add", "-f", "--", *map(str, tracked), cwd=tmp_path)
    git("add", "-f", "-N", "--", str(chance.choice(files)), cwd=tmp_path)
    for folder in {tmp_path, *chance.sample(folders, min(len(folders), 2))}:
        ignore(folder, *(some_pattern(chance) for _ in range(chance.randint(1, 4))))
    exclude = tmp_path / ".git" / "info" / "exclude"
    exclude.write_text(some_pattern(chance) + "\n")
    assert search_folder(str(tmp_path), is_searched) == listed_by_git(tmp_path)


def test_a_folder_below_the_top_obeys_the_rules_above_it(tmp_path):
    git("init", "-q", cwd=tmp_path)
    put(tmp_path, "deploy/a/run.yaml", "deploy/a/old.yaml", "deploy/b/run.yaml")
    ignore(tmp_path, "old.yaml", "/deploy/b/")
    assert found_in(tmp_path / "deploy") == ["a/run.yaml"]
    assert search_folder(str(tmp_path / "deploy"), is_searched) == listed_by_git(
        tmp_path / "deploy"
    )


def test_a_folder_that_is_ignored_is_searched_when_it_is_named(tmp_path):
    git("init", "-q", cwd=tmp_path)
    put(tmp_path, "build/run.yaml", "build/deep/run.yaml")
    ignore(tmp_path, "build/", "run.yaml")
    assert found_in(tmp_path) == []
    assert found_in(tmp_path / "build") == ["deep/run.yaml", "run.yaml"]
    assert found_in(tmp_path / "build/deep") == ["run.yaml"]


def test_a_tracked_file_is_found_although_a_pattern_matches_it(tmp_path):
    git("init", "-q", cwd=tmp_path)
    put(tmp_path, "conf/run.yaml", "conf/other.yaml")
    ignore(tmp_path, "conf/")
    git("add", "-f", "conf/run.yaml", cwd=tmp_path)
    assert found_in(tmp_path) == ["conf/run.yaml"]


def test_without_a_repository_nothing_is_ignored(tmp_path):
    put(tmp_path, "a.yaml", ".git/x.yaml", "node_modules/b.yaml", "c.txt")
    ignore(tmp_path, "a.yaml")
    assert found_in(tmp_path) == ["a.yaml"]


def test_each_repository_of_a_folder_has_its_own_rules(tmp_path):
    for name in ("one", "two"):
        put(tmp_path, f"{name}/run.yaml", f"{name}/old.yaml")
        git("init", "-q", cwd=tmp_path / name)
    ignore(tmp_path / "one", "old.yaml")
    ignore(tmp_path / "two", "*", "!old.yaml")
    assert found_in(tmp_path) == ["one/run.yaml", "two/old.yaml"]


def test_a_repository_inside_another_is_skipped(tmp_path):
    put(tmp_path, "run.yaml", "vendored/run.yaml")
    git("init", "-q", cwd=tmp_path)
    git("init", "-q", cwd=tmp_path / "vendored")
    assert found_in(tmp_path) == ["run.yaml"]
    assert search_folder(str(tmp_path), is_searched) == listed_by_git(tmp_path)
    assert found_in(tmp_path / "vendored") == ["run.yaml"]


def test_a_linked_work_tree_has_the_exclude_patterns_of_its_repository(tmp_path):
    main, linked = tmp_path / "main", tmp_path / "linked"
    put(main, "run.yaml")
    git("init", "-q", cwd=main)
    git("add", ".", cwd=main)
    git("commit", "-qm", "x", cwd=main)
    git("worktree", "add", "-q", "../linked", cwd=main)
    (main / ".git/info/exclude").write_text("local.yaml\n")
    put(linked, "local.yaml", "other.yaml")
    assert found_in(linked) == ["other.yaml", "run.yaml"]
    assert search_folder(str(linked), is_searched) == listed_by_git(linked)


@pytest.mark.parametrize(
    "content", [b"", b"DIRC", b"DIRC\0\0\0\4\xff\xff\xff\xff\0", b"\xff" * 100]
)
def test_an_index_that_is_not_understood_changes_nothing(tmp_path, content):
    git("init", "-q", cwd=tmp_path)
    put(tmp_path, "run.yaml", "old.yaml")
    ignore(tmp_path, "old.yaml")
    (tmp_path / ".git/index").write_bytes(content)
    assert found_in(tmp_path) == ["run.yaml"]


@pytest.mark.parametrize("content", ["", "gitdir: \0", "gitdir: ../none\n", "x" * 9999])
def test_a_git_file_that_leads_nowhere_makes_no_repository(tmp_path, content):
    put(tmp_path, "run.yaml", **{".git": content, ".gitignore": "run.yaml\n"})
    assert found_in(tmp_path) == ["run.yaml"]


def test_a_pattern_file_that_is_a_link_or_a_pipe_is_not_read(tmp_path):
    git("init", "-q", cwd=tmp_path)
    put(tmp_path, "a/run.yaml", "b/run.yaml", patterns="run.yaml\n")
    (tmp_path / "a/.gitignore").symlink_to("../patterns")
    os.mkfifo(tmp_path / "b/.gitignore")
    assert found_in(tmp_path) == ["a/run.yaml", "b/run.yaml"]
