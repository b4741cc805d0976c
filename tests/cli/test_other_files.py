"""Files that are no run configs: what each command says of them, and that it leaves them alone."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.in_process import run_here
from tests.support.running import OLD, ROOT, environment

REFUSED = ROOT / "fixtures" / "migrate" / "refused"
PLACES = ROOT / "fixtures" / "migrate" / "places"
CHART = REFUSED / "helm-values-modular.yaml"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "run.yaml").write_text(OLD)
    (tmp_path / CHART.name).write_text(CHART.read_text())
    return tmp_path


@pytest.mark.parametrize("named", [True, False])
def test_the_values_of_a_chart_are_not_written(folder, named):
    paths = [CHART.name] if named else ["."]
    done = run_here("migrate", "-w", *paths, cwd=folder)
    assert done.code == (2 if named else 0)
    assert (folder / CHART.name).read_text() == CHART.read_text()
    assert ((folder / "run.yaml").read_text() == OLD) is named


@pytest.mark.parametrize("command", [["migrate", "--diff"], ["show"]])
@pytest.mark.parametrize("place", ["helm-values-run-config", "kustomize-patch"])
def test_a_search_finds_a_run_config_inside_of_another_file(folder, place, command):
    text = (PLACES / place / "input.yaml").read_text()
    (folder / "holder.yaml").write_text(text)
    done = run_here(*command, ".", cwd=folder)
    assert "holder.yaml" in done.out + done.err
    assert CHART.name not in done.out + done.err


@pytest.mark.parametrize(
    "command",
    [
        ["validate", "--format", "json"],
        ["validate", "--format", "sarif"],
        ["show", "--format", "json"],
    ],
)
def test_a_machine_is_told_nothing_else(folder, command):
    assert run_here(*command, ".", cwd=folder).err == ""


def test_show_lists_what_speaks_against_a_run_config(folder):
    done = run_here("show", "-v", CHART.name, cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[1:] == [
        "  line 8: a provider of 'inference' with its type",
        "  line 2: but 'replicaCount' is a key of charts",
        "  line 3: but 'image' is a key of charts",
        "  line 4: but 'ingress' is a key of charts",
        "  line 11: but 'storage' is a volume, as in charts",
    ]
    assert len(run_here("show", CHART.name, cwd=folder).err.splitlines()) == 1


def test_output_redirected_onto_the_input(folder):
    command = f"{shlex.quote(sys.executable)} -m stackcfg migrate run.yaml > run.yaml"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "run.yaml:1:1: error: not a run config: the file is empty; '> FILE' empties FILE "
        "before it is read: restore it from git or a backup, and use 'migrate --write'\n"
    )


SERVER = """\
apiVersion: ogx.io/v1beta1
kind: OGXServer
metadata: {name: demo}
spec:
  distribution: {name: starter}
  overrideConfig: {name: config, key: config.yaml}
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data: {config.yaml: ""}
"""


@pytest.mark.parametrize(
    ("stdin", "other"), [(SERVER, CONFIG_MAP), (CONFIG_MAP, SERVER)]
)
def test_standard_input_and_files_see_each_other(tmp_path, stdin, other):
    (tmp_path / "other.yaml").write_text(other)
    for paths in (["other.yaml", "-"], ["-", "other.yaml"]):
        asked = ["validate", "--format", "concise", *paths]
        done = run_here(*asked, stdin=stdin, cwd=tmp_path)
        assert done.out.count("unwatched-reference") == 1
    labelled = other.replace(
        "{name: config}", '{name: config, labels: {ogx.io/watch: "true"}}'
    )
    (tmp_path / "other.yaml").write_text(labelled)
    again = stdin.replace(
        "{name: config}", '{name: config, labels: {ogx.io/watch: "true"}}'
    )
    done = run_here("validate", "other.yaml", "-", stdin=again, cwd=tmp_path)
    assert "unwatched-reference" not in done.out
