"""Plain commands start fast: slow libraries are imported only where they are needed."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import pytest

from tests.support.running import OLD, STARTER, environment

SLOW = (
    "pydantic",
    "rich",
    "jsonschema",
    "ruamel",
    "typer",
    "typing",
    "dataclasses",
    "importlib.metadata",
    "concurrent.futures",
)


def imported(*arguments: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-m", "stackcfg", *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment(),
        cwd=tempfile.gettempdir(),  # this project has settings, most have none
        check=False,
    )
    return {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }


BROKEN = """\
image_name: x
providers: {}
storage:
  backends: {kv_default: {type: kv_sqlite, db_path: /data/kv.db}}
  stores: {metadata: {backend: kv_defualt, namespace: registry}}
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["migrate", "--check", str(STARTER / "output.yaml")],
        ["validate", str(STARTER / "output.yaml")],
    ],
)
def test_a_plain_command_imports_no_slow_library(arguments):
    assert not imported(*arguments) & set(SLOW)


def test_migrating_one_file_imports_no_slow_library(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text(OLD)
    assert not imported("migrate", str(path)) & set(SLOW)


def test_findings_in_a_pipe_import_no_slow_library(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text(BROKEN)
    assert not imported("validate", str(path)) & set(SLOW)


def test_validate_does_not_import_the_migration():
    assert not imported("validate", str(STARTER / "output.yaml")) & {
        "stackcfg.migration",
        "stackcfg.yamltext.edits",
        "difflib",
    }


def test_version_imports_almost_nothing():
    assert not imported("--version") & {"yaml", "json", "dataclasses", "re"} - {"re"}


def test_the_help_of_a_command_imports_no_yaml_and_no_rich():
    assert not imported("validate", "--help") & {"pydantic", "rich", "yaml"}


@pytest.mark.parametrize("arguments", [["--help"], ["rules"], ["explain", "half-tls"]])
def test_pages_import_no_rules_and_no_typer(arguments):
    known = imported(*arguments)
    assert not known & {"typer", "yaml", "json", "dataclasses"}
    assert not [name for name in known if name.startswith("stackcfg.validation")]


def test_a_profiler_gets_to_see_a_plain_command(tmp_path):
    """The quick end of the process waits for what watches it."""
    path = tmp_path / "profile"
    profiler = [sys.executable, "-m", "cProfile", "-o", str(path)]
    command = [*profiler, "-m", "stackcfg", "validate", str(STARTER / "output.yaml")]
    subprocess.run(command, env=environment(), capture_output=True, check=True)
    assert path.stat().st_size > 0
