"""What is clean does not pay for explanations: slow libraries are not imported on the plain way through."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.running import OLD, STARTER, environment

SLOW = (
    "pydantic",
    "rich",
    "jsonschema",
    "ruamel",
    "typer",
    "importlib.metadata",
    "concurrent.futures",
)


def imported(*arguments: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-m", "stackcfg", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(), check=False
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
def test_plain_commands(arguments):
    assert not imported(*arguments) & set(SLOW)


def test_migrating_one_file(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text(OLD)
    assert not imported("migrate", str(path)) & set(SLOW)


def test_faults_in_a_pipe_cost_no_library(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text(BROKEN)
    assert not imported("validate", str(path)) & set(SLOW)


def test_validation_does_not_load_the_migration():
    assert not imported("validate", str(STARTER / "output.yaml")) & {
        "stackcfg.migration",
        "stackcfg.yamltext.edits",
        "difflib",
    }


def test_version_needs_next_to_nothing():
    assert not imported("--version") & {"yaml", "json", "dataclasses", "re"} - {"re"}


def test_help_needs_no_rich():
    assert not imported("--help") & {"pydantic", "rich", "yaml"}
