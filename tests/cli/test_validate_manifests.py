"""`stackcfg validate` on manifests: objects of the operators, wherever they are, and what they name in other files."""

from __future__ import annotations

import json

import pytest

from tests.support.in_process import run_here
from tests.support.running import STARTER

SERVER = """\
apiVersion: ogx.io/v1beta1
kind: OGXServer
metadata:
  name: demo
spec:
  distribution:
    name: starter
"""
BROKEN = SERVER + "  network:\n    port: 0\n"
PATCH = """\
apiVersion: ogx.io/v1beta1
kind: OGXServer
metadata:
  name: demo
spec:
  workload:
    replicas: 2
"""
FINDING = "object-invalid-value: 'spec.network.port' must be at least 1; the API server refuses it; write at least 1"


def test_a_file_with_only_an_object_is_validated(tmp_path):
    (tmp_path / "server.yaml").write_text(SERVER)
    done = run_here("validate", "server.yaml", cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert done.err == "no problems in 1 file; judged by ogx.io operator 0.14.0\n"


def test_a_stream_from_kustomize_is_validated(tmp_path):
    done = run_here(
        "validate",
        "--format",
        "concise",
        "-",
        stdin=f"{SERVER}---\n{BROKEN}",
        cwd=tmp_path,
    )
    assert done.code == 1
    assert done.out == f"<stdin>:17:11: {FINDING}\n"


def test_objects_and_run_configs_of_a_folder_are_judged_each_by_its_release(tmp_path):
    (tmp_path / "server.yaml").write_text(BROKEN)
    (tmp_path / "run.yaml").write_text((STARTER / "output.yaml").read_text())
    (tmp_path / "service.yaml").write_text("apiVersion: v1\nkind: Service\n")
    done = run_here("validate", cwd=tmp_path)
    assert done.code == 1
    assert done.err.startswith("2 files: 1 error; judged by ")
    assert "ogx.io operator 0.14.0 (1)" in done.err
    report = json.loads(run_here("validate", "--format", "json", cwd=tmp_path).out)
    found = {each["file"].removeprefix("./"): each for each in report["files"]}
    assert found["server.yaml"]["diagnostics"][0]["place"] == "OGXServer/demo"
    assert set(found) == {"run.yaml", "server.yaml"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--ignore", "object-invalid-value"], 0),
        (["--select", "object-invalid-value"], 1),
        (["--select", "unknown-key"], 0),
        (["--exit-zero"], 0),
    ],
)
def test_rules_are_selected_and_ignored_by_name(options, code, tmp_path):
    (tmp_path / "server.yaml").write_text(BROKEN)
    assert run_here("validate", *options, "server.yaml", cwd=tmp_path).code == code


def test_a_comment_silences_a_finding_and_an_unused_one_is_reported(tmp_path):
    mark = "# stackcfg: ignore[object-invalid-value] set by the pipeline"
    (tmp_path / "server.yaml").write_text(BROKEN.replace("port: 0", f"port: 0  {mark}"))
    done = run_here("validate", "server.yaml", cwd=tmp_path)
    assert done.code == 0
    assert "1 ignored" in done.err
    (tmp_path / "server.yaml").write_text(f"{mark}\n{SERVER}")
    done = run_here("validate", "--format", "concise", "server.yaml", cwd=tmp_path)
    assert done.out.startswith("server.yaml:1:1: unused-ignore: ")


@pytest.mark.parametrize(
    "kustomization",
    [
        "patches:\n- path: change.yaml\n",
        "patches:\n- path: ./change.yaml\n  target: {kind: OGXServer}\n",
        "patchesStrategicMerge: [change.yaml]\n",
    ],
)
def test_nothing_is_missing_in_a_patch_of_a_kustomization(kustomization, tmp_path):
    (tmp_path / "change.yaml").write_text(PATCH)
    alone = run_here("validate", "change.yaml", cwd=tmp_path)
    assert alone.code == 1
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    (tmp_path / "kustomization.yaml").write_text(head + kustomization)
    assert run_here("validate", cwd=tmp_path).code == 0


def test_nothing_is_missing_in_a_patch_beside_the_object(tmp_path):
    (tmp_path / "change.yaml").write_text(PATCH)
    (tmp_path / "server.yaml").write_text(SERVER)
    assert run_here("validate", cwd=tmp_path).code == 0


def test_a_fix_writes_the_field_that_was_meant(tmp_path):
    file = tmp_path / "server.yaml"
    file.write_text(f"{SERVER}  workload:\n    replica: 2   # two\n")
    done = run_here("validate", "--fix", "server.yaml", cwd=tmp_path)
    assert done.code == 0
    assert file.read_text() == f"{SERVER}  workload:\n    replicas: 2   # two\n"


def test_a_secret_in_an_object_is_not_shown(tmp_path):
    text = f"{SERVER}  workload:\n    overrides:\n      env:\n      - name: DB_PASSWORD\n        value: 4711471147\n"
    (tmp_path / "server.yaml").write_text(text)
    for name in ("full", "concise", "json", "sarif"):
        done = run_here("validate", "--format", name, "server.yaml", cwd=tmp_path)
        assert "4711471147" not in done.out
        assert "must be a string" in done.out


def test_files_without_objects_do_not_load_the_rules_about_them(tmp_path):
    import subprocess
    import sys

    from tests.support.running import environment

    (tmp_path / "run.yaml").write_text((STARTER / "output.yaml").read_text())
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "stackcfg",
        "validate",
        "run.yaml",
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert "stackcfg.validation.manifest_check" not in done.stderr
    assert "stackcfg.validation.manifest_inspection" not in done.stderr
    assert "stackcfg.validation.engine" in done.stderr


CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo-config
  labels: {ogx.io/watch: "true"}
data:
  run.yaml: |
    version: 2
    image_name: demo
    providers:
      inference:
      - provider_id: ollama
        provider_type: remote::ollama
        config: {url: http://localhost:11434}
    metadata_store: {type: sqlite, db_path: /data/registry.db}
"""
MOUNTS = SERVER + "  overrideConfig:\n    name: demo-config\n    key: run.yaml\n"


def judges_of(folder) -> set[str]:
    report = json.loads(run_here("validate", "--format", "json", cwd=folder).out)
    return {name for file in report["files"] for name in file["releases"]}


@pytest.mark.parametrize(
    ("server", "judges"),
    [
        (MOUNTS, {"1.5.0"}),
        (
            MOUNTS.replace(
                "name: starter", "image: docker.io/ogxai/distribution-starter:1.2.5"
            ),
            {"1.2.5"},
        ),
        (MOUNTS.replace("key: run.yaml", "key: other.yaml"), {"0.2.24"}),
        (MOUNTS.replace("name: demo-config", "name: other-config"), {"0.2.24"}),
        (MOUNTS.replace("metadata:", "metadata:\n  namespace: a"), {"1.5.0"}),
    ],
)
@pytest.mark.parametrize("in_one_file", [True, False])
def test_a_config_that_a_server_of_ogx_mounts_is_judged_by_ogx(
    server, judges, in_one_file, tmp_path
):
    if in_one_file:
        (tmp_path / "all.yaml").write_text(f"{server}---\n{CONFIG_MAP}")
    else:
        (tmp_path / "server.yaml").write_text(server)
        (tmp_path / "config.yaml").write_text(CONFIG_MAP)
    assert judges_of(tmp_path) == judges


def test_the_old_file_beside_the_new_one_keeps_its_release(tmp_path):
    (tmp_path / "demo.yaml").write_text(CONFIG_MAP)
    new = CONFIG_MAP.replace(
        "    metadata_store", "    server: {insecure: true}\n    metadata_store"
    )
    (tmp_path / "demo-ogx.yaml").write_text(f"{MOUNTS}---\n{new}")
    report = json.loads(run_here("validate", "--format", "json", cwd=tmp_path).out)
    found = {
        each["file"].removeprefix("./"): each["releases"] for each in report["files"]
    }
    assert found["demo.yaml"] == ["0.2.24"]
    assert found["demo-ogx.yaml"] == ["1.5.0"]
