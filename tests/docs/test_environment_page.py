"""The page about what starts the server: its commands run, and its table is true."""

from __future__ import annotations

import re
import shlex

from stackcfg.releases.server_environment import new_variable
from tests.deployment.test_environment_fixtures import FOLDER, migrated, read_files
from tests.support.running import ROOT

PAGE = (ROOT / "docs" / "environment.md").read_text(encoding="utf-8")


def test_the_files_of_the_example_are_migrated_together():
    (command, *_) = re.findall(r"(?m)^stackcfg migrate .*$", PAGE)
    words = shlex.split(command)
    assert words[:4] == ["stackcfg", "migrate", "--target", "1.5"]
    named = [word.replace("Dockerfile", "Containerfile") for word in words[5:]]
    before = read_files(FOLDER / "compose-build" / "before")
    assert sorted(named) == sorted(name for name, _ in before)
    texts, _ = migrated(before)
    assert all(texts[name] != text for name, text in before)


def test_the_variables_of_the_table():
    (row,) = [
        line for line in PAGE.splitlines() if line.startswith("| `LLAMA_STACK_PORT`")
    ]
    old = re.findall(r"LLAMA_STACK_\w+", row)
    assert len(old) > 2
    assert [new_variable(name, (1, 5, 0)) for name in old] == re.findall(
        r"OGX_\w+", row
    )
