"""The short way in and the long way in lead to the same."""

from __future__ import annotations

import pytest
from running import OLD, stackcfg

from stackcfg.quick import plain_migration


@pytest.mark.parametrize("mode", [[], ["--check"], ["--diff"], ["-w"], ["--write"]])
@pytest.mark.parametrize("content", [OLD, "a: [", "services: {}\n"])
def test_same_output_and_code(mode, content, tmp_path):
    path = tmp_path / "run.yaml"
    results = []
    for long_way in ([], ["--layout", "consolidate"]):
        path.write_text(content)
        done = stackcfg("migrate", *mode, *long_way, "run.yaml", cwd=tmp_path)
        backup = tmp_path / "run.yaml.bak"
        results.append((done, path.read_text(), backup.exists()))
        backup.unlink(missing_ok=True)
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["migrate", "a.yaml"], ("stdout", ["a.yaml"])),
        (["migrate", "--check", "a.yaml", "b.yaml"], ("check", ["a.yaml", "b.yaml"])),
        (["migrate", "-"], ("stdout", ["-"])),
        (["migrate"], None),
        (["migrate", "--check", "--diff", "a.yaml"], None),
        (["migrate", "--layout", "preserve", "a.yaml"], None),
        (["validate", "a.yaml"], None),
        ([], None),
    ],
)
def test_what_counts_as_plain(words, plain):
    assert plain_migration(words) == plain
