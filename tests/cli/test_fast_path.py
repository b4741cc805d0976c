"""A plain command line does the same with typer and without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from stackcfg.cli.fast_path import parse_plain_migrate, parse_plain_validate
from stackcfg.cli.help_text import FILE, draw_help
from stackcfg.cli.plain_pages import find_page
from tests.support.in_process import run_here
from tests.support.running import OLD, STARTER, Done, environment, stackcfg


@pytest.mark.parametrize("mode", [[], ["--check"], ["--diff"], ["-w"], ["--write"]])
@pytest.mark.parametrize("content", [OLD, "a: [", "services: {}\n"])
def test_a_plain_migrate_does_what_the_full_command_line_does(mode, content, tmp_path):
    path = tmp_path / "run.yaml"
    results = []
    for long_way in ([], ["--layout", "consolidate"]):
        path.write_text(content)
        done = run_here("migrate", *mode, *long_way, "run.yaml", cwd=tmp_path)
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
        run_here("validate", *way, "run.yaml", cwd=tmp_path, **variables)
        for way in ([], ["--no-color"])
    ]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("target", ["1.5", "0.7.3", "latest", "0.2", "9", "", "-w"])
@pytest.mark.parametrize("command", ["migrate", "validate"])
def test_a_target_counts_on_both_ways(command, target, tmp_path):
    (tmp_path / "run.yaml").write_text(OLD)
    ways = [
        run_here(command, *way, "run.yaml", "--target", target, cwd=tmp_path)
        for way in ([], ["--no-color"])
    ]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("content", [CLEAN, BROKEN, "a: ["])
@pytest.mark.parametrize("folder", ["cache", "", ".", "run.yaml", "no/such"])
def test_a_cache_counts_on_both_ways(content, folder, tmp_path):
    (tmp_path / "run.yaml").write_text(content)
    ways = [
        run_here("validate", "run.yaml", "--cache", folder, *way, cwd=tmp_path)
        for way in ([], [], ["--no-color"], ["--no-color"])
    ]
    assert ways[1:] == ways[:1] * 3


def test_both_ways_read_one_cache(tmp_path):
    (tmp_path / "run.yaml").write_text(BROKEN)
    kept = []
    for way in ([], ["--no-color"]):
        run_here("validate", "run.yaml", "--cache", "cache", *way, cwd=tmp_path)
        [results] = (tmp_path / "cache").glob("results-*")
        kept.append(results.read_text())
    assert kept[0] == kept[1]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("command", ["migrate", "validate"])
def test_settings_count_on_both_ways(command, settings, tmp_path):
    (tmp_path / "run.yaml").write_text(OLD)
    (tmp_path / "stackcfg.toml").write_text(settings)
    ways = [
        run_here(command, *way, "run.yaml", cwd=tmp_path)
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
        (["validate"], ([], None, None)),
        (["validate", "a", "--target", "0.3.5", "b"], (["a", "b"], "0.3.5", None)),
        (["validate", "--cache", "c", "a"], (["a"], None, "c")),
        (
            ["validate", "a", "--cache", "c", "--target", "1.5"],
            (["a"], "1.5", "c"),
        ),
        (["validate", "a", "--cache"], None),
        (["validate", "a", "--cache", "--strict"], None),
        (["validate", "a", "--cache", "c", "--cache", "d"], None),
        (["validate", "a", "--cache=c"], None),
        (["validate", "--target", "--cache", "c"], None),
        (["validate", "a", "--target"], None),
        (["validate", "--strict", "a"], None),
        (["validate", "--target=1.5", "a"], None),
        (["migrate", "a"], None),
    ],
)
def test_plain_command_lines_of_validate(words, plain):
    assert parse_plain_validate(words) == plain


def test_the_help_that_is_kept_is_what_typer_draws():
    """When this fails: python -m stackcfg.cli.help_text > stackcfg/cli/help.txt."""
    assert Path(FILE).read_text() == draw_help()


@pytest.mark.parametrize(
    ("option", "columns"),
    [
        ("--help", ""),
        ("-h", "79"),
        ("--help", "80"),
        ("-h", "81"),
        ("--help", "0"),
        ("-h", "x"),
    ],
)
def test_the_help_is_the_same_on_both_ways(option, columns):
    done = stackcfg(option, COLUMNS=columns)
    assert done == by_typer(option, COLUMNS=columns)
    assert done.out.startswith("Usage: python -m stackcfg [OPTIONS]")


def test_the_help_of_the_installed_command_has_its_name(tmp_path):
    script = tmp_path / "stackcfg"
    script.write_text("from stackcfg.__main__ import main\nmain()\n")
    command = [sys.executable, str(script), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.stdout == Path(FILE).read_text()


@pytest.mark.parametrize(
    "arguments",
    [["rules"], ["explain", "tilde-path"], ["explain", "r7"], ["explain", "R2"]],
    ids=" ".join,
)
def test_pages_are_the_same_on_both_ways(arguments):
    assert find_page(arguments) is not None
    assert stackcfg(*arguments) == by_typer(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["rules", "x"],
        ["rules", "--help"],
        ["explain"],
        ["explain", "zzz"],
        ["explain", "-h"],
        ["explain", "tilde-path", "half-tls"],
        ["validate", "--help"],
        ["--help", "rules"],
    ],
    ids=" ".join,
)
def test_other_command_lines_are_left_to_typer(arguments):
    assert find_page(arguments) is None


def by_typer(*arguments: str, **variables: str) -> Done:
    """Run a command line through typer."""
    code = (
        "import sys; from stackcfg.cli.errors import run_guarded; from stackcfg.cli import app; "
        "app.app.info.name = 'python -m stackcfg'; "
        f"sys.argv = ['python -m stackcfg', *{arguments!r}]; sys.exit(run_guarded(app.run))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(**variables),
    )
    return Done(done.returncode, done.stdout, done.stderr)
