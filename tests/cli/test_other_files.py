"""Files that are no run configs: what each command says of them, and that it leaves them alone."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import OLD, ROOT, environment, stackcfg

REFUSED = ROOT / "fixtures" / "migrate" / "refused"
CHART = REFUSED / "helm-values-modular.yaml"
HOLDER = REFUSED / "helm-values-run-config.yaml"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "run.yaml").write_text(OLD)
    for path in (CHART, HOLDER):
        (tmp_path / path.name).write_text(path.read_text())
    return tmp_path


@pytest.mark.parametrize("named", [True, False])
def test_the_values_of_a_chart_are_not_written(folder, named):
    paths = [CHART.name, HOLDER.name] if named else ["."]
    done = stackcfg("migrate", "-w", *paths, cwd=folder)
    assert done.code == (2 if named else 0)
    for path in (CHART, HOLDER):
        assert (folder / path.name).read_text() == path.read_text()
    assert ((folder / "run.yaml").read_text() == OLD) is named


@pytest.mark.parametrize(
    "command", [["validate", "--exit-zero"], ["migrate", "--diff"], ["show"]]
)
def test_a_search_names_a_skipped_file_with_a_run_config_inside(folder, command):
    done = stackcfg(*command, ".", cwd=folder)
    words = "skipped: not a run config but the values of a Helm chart; one is at 'runConfig'"
    assert f"./{HOLDER.name}: {words}\n" in done.err
    assert CHART.name not in done.err


@pytest.mark.parametrize(
    "command",
    [
        ["validate", "--format", "json"],
        ["validate", "--format", "sarif"],
        ["show", "--format", "json"],
    ],
)
def test_a_machine_is_told_nothing_else(folder, command):
    assert stackcfg(*command, ".", cwd=folder).err == ""


def test_show_lists_what_speaks_against_a_run_config(folder):
    done = stackcfg("show", "-v", CHART.name, cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[1:] == [
        "  line 8: a provider of 'inference' with its type",
        "  line 2: but 'replicaCount' is a key of charts",
        "  line 3: but 'image' is a key of charts",
        "  line 4: but 'ingress' is a key of charts",
        "  line 11: but 'storage' is a volume, as in charts",
    ]
    assert len(stackcfg("show", CHART.name, cwd=folder).err.splitlines()) == 1


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
