"""A plain command line does the same with typer and without it."""

from __future__ import annotations

import pytest

from stackcfg.cli.fast_path import parse_plain_migrate, parse_plain_validate
from tests.support.running import OLD, STARTER, stackcfg


@pytest.mark.parametrize("mode", [[], ["--check"], ["--diff"], ["-w"], ["--write"]])
@pytest.mark.parametrize("content", [OLD, "a: [", "services: {}\n"])
def test_a_plain_migrate_does_what_the_full_command_line_does(mode, content, tmp_path):
    path = tmp_path / "run.yaml"
    results = []
    for long_way in ([], ["--layout", "consolidate"]):
        path.write_text(content)
        done = stackcfg("migrate", *mode, *long_way, "run.yaml", cwd=tmp_path)
        backup = tmp_path / "run.yaml.bak"
        results.append((done, path.read_text(), backup.exists()))
        backup.unlink(missing_ok=True)
    assert results[0] == results[1]


CLEAN = (STARTER / "output.yaml").read_text()
BROKEN = CLEAN.replace("backend: kv_default", "backend: kv_defualt", 1)

SETTINGS = {
    "none": "",
    "another target": 'target = "0.4"\n',
    "a target that is none": 'target = "9"\n',
    "a rule that is none": 'ignore = ["zzz"]\n',
    "a setting that is none": "zzz = 1\n",
    "no TOML": "[",
}


@pytest.mark.parametrize("content", [CLEAN, BROKEN, OLD, "a: [", "services: {}\n"])
@pytest.mark.parametrize("name", [None, "", "full", "concise", "json", "xml"])
def test_a_plain_validate_prints_what_the_full_command_line_prints(
    content, name, tmp_path
):
    (tmp_path / "run.yaml").write_text(content)
    variables = {} if name is None else {"STACKCFG_FORMAT": name}
    ways = [
        stackcfg("validate", *way, "run.yaml", cwd=tmp_path, **variables)
        for way in ([], ["--no-color"])
    ]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("target", ["1.5", "0.7.3", "latest", "0.2", "9", "", "-w"])
@pytest.mark.parametrize("command", ["migrate", "validate"])
def test_a_target_counts_on_both_ways(command, target, tmp_path):
    (tmp_path / "run.yaml").write_text(OLD)
    ways = [
        stackcfg(command, *way, "run.yaml", "--target", target, cwd=tmp_path)
        for way in ([], ["--no-color"])
    ]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("command", ["migrate", "validate"])
def test_settings_count_on_both_ways(command, settings, tmp_path):
    (tmp_path / "run.yaml").write_text(OLD)
    (tmp_path / "stackcfg.toml").write_text(settings)
    ways = [
        stackcfg(command, *way, "run.yaml", cwd=tmp_path)
        for way in ([], ["--no-color"])
    ]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("way", [[], ["--no-color"]])
def test_an_unknown_format_in_the_environment_is_named(way, tmp_path):
    (tmp_path / "run.yaml").write_text(CLEAN)
    done = stackcfg("validate", *way, "run.yaml", cwd=tmp_path, STACKCFG_FORMAT="xml")
    words = "error: STACKCFG_FORMAT: format 'xml' is not one of full, concise, json, sarif, github, gitlab, junit, markdown\n"
    assert (done.code, done.out, done.err) == (2, "", words)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["migrate", "a.yaml"], ("stdout", ["a.yaml"], None)),
        (
            ["migrate", "--check", "a.yaml", "b.yaml"],
            ("check", ["a.yaml", "b.yaml"], None),
        ),
        (["migrate", "--target", "1.5", "-w", "a"], ("write", ["a"], "1.5")),
        (["migrate", "-"], ("stdout", ["-"], None)),
        (["migrate"], None),
        (["migrate", "a.yaml", "--target"], None),
        (["migrate", "--target", "9", "a.yaml"], None),
        (["migrate", "--target", "1.5", "--target", "1.4", "a.yaml"], None),
        (["migrate", "--check", "--diff", "a.yaml"], None),
        (["migrate", "--layout", "preserve", "a.yaml"], None),
        (["validate", "a.yaml"], None),
        ([], None),
    ],
)
def test_only_plain_command_lines_are_parsed_here(words, plain):
    assert parse_plain_migrate(words) == plain


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["validate"], ([], None)),
        (["validate", "a", "--target", "0.3.5", "b"], (["a", "b"], "0.3.5")),
        (["validate", "--strict", "a"], None),
        (["validate", "--target=1.5", "a"], None),
        (["migrate", "a"], None),
    ],
)
def test_plain_command_lines_of_validate(words, plain):
    assert parse_plain_validate(words) == plain
