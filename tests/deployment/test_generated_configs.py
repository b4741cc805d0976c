"""A run config from which a kustomization makes the ConfigMap of an old server."""

from __future__ import annotations

import sys

import pytest

from stackcfg.cli.app import run
from stackcfg.cli.errors import run_guarded

SERVER = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata: {name: pair}
spec:
  server:
    distribution: {name: starter}
    userConfig: {configMapName: pair-config}
    storage: {size: 1Gi}
"""
CONFIG = """\
version: 2
image_name: pair
apis: [inference]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {url: http://vllm/v1}
metadata_store: {type: sqlite, db_path: /.llama/registry.db}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [server.yaml]
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator:
- name: pair-config
  files: [FILES]
  options: {labels: {ogx.io/watch: "true"}}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "server.yaml").write_text(SERVER)
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "run.yaml").write_text(CONFIG)
    return tmp_path


def migrate(monkeypatch, capfd, *arguments: str) -> str:
    asked = ["stackcfg", "migrate", "--target", "1.5", *arguments]
    monkeypatch.setattr(sys, "argv", asked)
    run_guarded(run)
    return capfd.readouterr().err


@pytest.mark.parametrize(
    ("files", "key"),
    [("stack/run.yaml", "run.yaml"), ("config.yaml=./stack/run.yaml", "config.yaml")],
)
def test_the_file_of_the_old_server_stays(folder, monkeypatch, capfd, files, key):
    (folder / "kustomization.yaml").write_text(KUSTOMIZATION.replace("FILES", files))
    said = migrate(monkeypatch, capfd, "-w", ".")
    old, new = folder / "stack" / "run.yaml", folder / "stack" / "run-ogx.yaml"
    assert old.read_text() == CONFIG
    assert "base_url: http://vllm/v1" in new.read_text()
    assert "/.ogx/" in new.read_text()
    assert "/.llama/" not in new.read_text()
    path = files.rpartition("=")[2].replace("run.yaml", "run-ogx.yaml")
    assert f"write '{key}={path}' in the configMapGenerator" in said
    assert f"key: {key}" in (folder / "server-ogx.yaml").read_text()
    before = {each: each.read_bytes() for each in folder.rglob("*.yaml")}
    migrate(monkeypatch, capfd, "-w", ".")
    assert {each: each.read_bytes() for each in folder.rglob("*.yaml")} == before


def test_a_file_that_the_run_does_not_have_is_named(folder, monkeypatch, capfd):
    text = KUSTOMIZATION.replace("FILES", "stack/run.yaml")
    (folder / "kustomization.yaml").write_text(text)
    said = migrate(monkeypatch, capfd, "--diff", "server.yaml", "kustomization.yaml")
    assert "'stack/run.yaml' of the configMapGenerator" in said
    assert "is not in the input" in said


def test_a_literal_stays_in_the_old_kustomization(folder, monkeypatch, capfd):
    lines = "".join(f"    {line}\n" for line in f"run.yaml={CONFIG}".splitlines())
    text = KUSTOMIZATION.replace("  files: [FILES]\n", f"  literals:\n  - |\n{lines}")
    (folder / "kustomization.yaml").write_text(text)
    said = migrate(monkeypatch, capfd, "-w", "server.yaml", "kustomization.yaml")
    assert (folder / "kustomization.yaml").read_text() == text
    new = (folder / "kustomization-ogx.yaml").read_text()
    assert "base_url: http://vllm/v1" in new
    assert "take the new one from './kustomization-ogx.yaml'" in said.replace(
        "'kustomization", "'./kustomization"
    )


def test_other_files_of_the_generator_are_mounted_where_they_were(
    folder, monkeypatch, capfd
):
    text = KUSTOMIZATION.replace("FILES", "stack/run.yaml, stack/extra.json")
    (folder / "kustomization.yaml").write_text(text)
    migrate(monkeypatch, capfd, "-w", ".")
    new = (folder / "server-ogx.yaml").read_text()
    assert "mountPath: /etc/llama-stack" in new


def test_what_no_server_of_the_run_reads_is_changed_in_place(
    folder, monkeypatch, capfd
):
    text = KUSTOMIZATION.replace("FILES", "stack/run.yaml").replace("pair-", "other-")
    (folder / "kustomization.yaml").write_text(text)
    migrate(monkeypatch, capfd, "-w", ".")
    assert "base_url" in (folder / "stack" / "run.yaml").read_text()
    assert not (folder / "stack" / "run-ogx.yaml").exists()
