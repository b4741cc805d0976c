"""Options about the operator's resource are never ignored silently."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from stackcfg.cli.app import run
from stackcfg.cli.errors import run_guarded

SERVER = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata:
  name: pair
spec:
  server:
    distribution:
      name: starter
"""
ALLOWED = SERVER + "  network:\n    allowedFrom:\n      namespaces: [apps]\n"
CONFIG = """\
version: 2
image_name: x
apis: [inference]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {base_url: http://vllm/v1}
"""
OPTIONS = [
    ("--name", "new"),
    ("--adopt-networking",),
    ("--network-policy", "off"),
    ("--operator-namespace", "operators"),
    ("--config-key", "run.yaml"),
]


@pytest.fixture
def migrate(tmp_path: Path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "server.yaml").write_text(SERVER)
    (tmp_path / "allowed.yaml").write_text(ALLOWED)
    (tmp_path / "run.yaml").write_text(CONFIG)

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["stackcfg", "migrate", *arguments])
        code = run_guarded(run)
        return code, capfd.readouterr().err

    return call


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option[0])
@pytest.mark.parametrize("target", [(), ("--target", "0.7")], ids=["none", "0.7"])
def test_an_option_that_no_target_knows_is_a_contradiction(migrate, option, target):
    code, said = migrate("--check", *target, *option, "server.yaml")
    assert code == 2
    assert said == (
        f"error: '{option[0]}' can change only an OGXServer, which a target of 1.0 or "
        "later writes; add '--target 1.5', or leave it out\n"
    )


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option[0])
def test_an_option_without_an_object_is_noted(migrate, option):
    code, said = migrate("--check", "--target", "1.5", *option, "run.yaml")
    assert code == 0
    line = f"no LlamaStackDistribution is converted: '{option[0]}' had no effect\n"
    assert said.endswith(line)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option[0])
def test_an_option_that_counts_is_not_noted(migrate, option):
    code, said = migrate("--check", "--target", "1.5", *option, "allowed.yaml")
    assert code == 1
    assert "can change only" not in said
    assert "is converted:" not in said
    # this server has no ConfigMap
    assert ("had no effect" in said or "has no effect" in said) == (
        option[0] == "--config-key"
    )


def test_a_namespace_for_which_no_rule_is_written_is_noted(migrate):
    asked = ["--check", "--target", "1.5", "--operator-namespace", "operators"]
    note = "info: '--operator-namespace' has no effect: no rule is written for it"
    assert note in migrate(*asked, "server.yaml")[1]
    assert note in migrate(*asked, "--network-policy", "off", "allowed.yaml")[1]
    assert note not in migrate(*asked, "allowed.yaml")[1]


def test_a_file_for_which_the_project_names_a_target_counts(migrate, tmp_path):
    settings = '[per-file-target]\n"server.yaml" = "1.5"\n'
    (tmp_path / "stackcfg.toml").write_text(settings)
    code, said = migrate("--check", "--name", "new", "server.yaml", "run.yaml")
    assert code == 1
    assert "can change only" not in said
    assert "had no effect" not in said


def test_standard_input_counts(migrate, monkeypatch):
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(SERVER.encode()), encoding="utf-8")
    )
    code, said = migrate("--check", "--target", "1.5", "--name", "new", "-")
    assert code == 1
    assert "had no effect" not in said


def test_a_document_of_json_has_no_line_behind_it(migrate):
    asked = ["--check", "--target", "1.5", "--name", "new", "--report", "json"]
    said = migrate(*asked, "run.yaml")[1]
    assert said.rstrip().endswith("}")
