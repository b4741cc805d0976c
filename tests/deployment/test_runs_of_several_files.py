"""Objects of several files refer to each other, and the old server's files stay as they are."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from stackcfg.cli.app import run
from stackcfg.deployment.engine import migrate_deployment
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.migration.settings import settings_for

SERVER = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata:
  name: pair
spec:
  server:
    distribution:
      name: starter
    userConfig:
      configMapName: pair-config
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: pair-config
data:
  run.yaml: |
    version: 2
    image_name: pair
    apis: [inference]
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config: {url: http://vllm/v1}
"""
OTHER = CONFIG.replace("pair", "other")
SETTINGS = DeploymentSettings(settings_for("1.5"))


def stackcfg(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["stackcfg", *arguments])
    return run()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-server.yaml").write_text(SERVER)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "other.yaml").write_text(OTHER)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_reference_is_followed_to_another_file():
    files = [("a-server.yaml", SERVER), ("config.yaml", CONFIG), ("other.yaml", OTHER)]
    server, config = migrate_deployment(files, SETTINGS)
    assert "key: run.yaml" in server.result.text
    assert 'ogx.io/watch: "true"' in config.result.text
    assert server.is_beside
    assert config.is_beside


def test_write_leaves_what_the_old_server_reads_and_writes_beside_it(
    folder, monkeypatch, capfd
):
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", ".") == 0
    assert (folder / "a-server.yaml").read_text() == SERVER
    assert (folder / "config.yaml").read_text() == CONFIG
    assert "kind: OGXServer" in (folder / "a-server-ogx.yaml").read_text()
    assert "base_url: http://vllm/v1" in (folder / "config-ogx.yaml").read_text()
    # no server of the input reads this one
    assert "base_url" in (folder / "other.yaml").read_text()
    assert (folder / "other.yaml.bak").read_text() == OTHER
    said = capfd.readouterr().err
    assert "the result is in ./a-server-ogx.yaml, this file is as it was" in said
    assert "to roll it out, in this order:" in said


def test_a_second_run_writes_nothing_more(folder, monkeypatch, capfd):
    stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", ".")
    before = {path.name: path.read_text() for path in folder.iterdir()}
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", ".") == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    capfd.readouterr()


def test_a_new_file_that_was_changed_is_not_overwritten(folder, monkeypatch, capfd):
    stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", "a-server.yaml")
    new = folder / "a-server-ogx.yaml"
    new.write_text("mine\n")
    code = stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", "a-server.yaml")
    assert code == 2
    assert new.read_text() == "mine\n"
    assert "--force overwrites it" in capfd.readouterr().err
    asked = ["migrate", "--target", "1.5", "-w", "--force", "a-server.yaml"]
    assert stackcfg(monkeypatch, *asked) == 0
    assert "OGXServer" in new.read_text()


def test_check_and_diff_write_nothing(folder, monkeypatch, capfd):
    before = names(folder)
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "--check", ".") == 1
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "--diff", ".") == 1
    assert names(folder) == before
    assert "+kind: OGXServer" in capfd.readouterr().out


def test_a_stream_is_converted_as_a_whole(monkeypatch, capfd):
    stream = io.TextIOWrapper(io.BytesIO(f"{CONFIG}---\n{SERVER}".encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    asked = ["migrate", "--target", "1.5", "--name", "new", "-"]
    assert stackcfg(monkeypatch, *asked) == 0
    out, err = capfd.readouterr()
    assert "  name: new\n" in out
    assert 'ogx.io/watch: "true"' in out
    assert "ogxserver/new" in err


@pytest.mark.parametrize("target", [[], ["--target", "0.7"]])
def test_without_a_target_of_ogx_the_resource_is_left(
    target, folder, monkeypatch, capfd
):
    (folder / "all.yaml").write_text(f"{CONFIG}---\n{SERVER}")
    assert stackcfg(monkeypatch, "migrate", *target, "all.yaml") == 0
    out, err = capfd.readouterr()
    assert "kind: LlamaStackDistribution" in out
    assert (
        "a LlamaStackDistribution is left as it is; '--target 1.5' converts it" in err
    )


@pytest.mark.usefixtures("folder")
def test_a_resource_alone_says_which_target_converts_it(monkeypatch, capfd):
    assert stackcfg(monkeypatch, "migrate", "a-server.yaml") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "a-server.yaml:2:7: error:" in err
    assert "'--target 1.5' converts it" in err


def test_the_options_of_one_server_refuse_several(folder, monkeypatch, capfd):
    (folder / "all.yaml").write_text(f"{SERVER}---\n{SERVER.replace('pair', 'two')}")
    asked = ["migrate", "--target", "1.5", "--name", "new", "all.yaml"]
    assert stackcfg(monkeypatch, *asked) == 2
    assert "--name is for one server, and there are 2" in capfd.readouterr().err


def test_a_manifest_of_the_new_operator_needs_nothing(folder, monkeypatch, capfd):
    (folder / "new.yaml").write_text(
        "apiVersion: ogx.io/v1beta1\nkind: OGXServer\nmetadata: {name: new}\n"
        "spec: {distribution: {name: starter}}\n"
    )
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "new.yaml") == 0
    assert "already for 1.5, nothing to do" in capfd.readouterr().err


def test_a_comment_that_names_the_resource_changes_nothing(folder, monkeypatch, capfd):
    path = folder / "plain.yaml"
    path.write_text("# for the LlamaStackDistribution\n" + OTHER)
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", "plain.yaml") == 0
    assert (folder / "plain.yaml.bak").exists()
    assert not (folder / "plain-ogx.yaml").exists()
    capfd.readouterr()


KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [server.yaml]
configMapGenerator:
- name: pair-config
  files: [stack/lab.yaml, prompt.txt]
"""


def test_a_generated_config_map_is_known_by_its_keys_and_needs_the_label():
    files = [("server.yaml", SERVER), ("kustomization.yaml", KUSTOMIZATION)]
    [found] = migrate_deployment(files, SETTINGS)
    assert "key: lab.yaml" in found.result.text
    said = [note.message for config in found.result.configs for note in config.notes]
    assert any(
        "configMapGenerator of kustomization.yaml, line 5" in each for each in said
    )
    assert any("nameReference" in each for each in said)
    assert found.result.needs_action


def test_a_generated_config_map_with_all_it_needs_is_not_spoken_of():
    options = (
        '  options: {disableNameSuffixHash: true, labels: {ogx.io/watch: "true"}}\n'
    )
    files = [("server.yaml", SERVER), ("kustomization.yaml", KUSTOMIZATION + options)]
    [found] = migrate_deployment(files, SETTINGS)
    assert not found.result.needs_action


def test_a_run_config_that_a_volume_mounts_stays_for_the_old_server():
    server = SERVER.replace(
        "    userConfig:\n      configMapName: pair-config\n",
        "    podOverrides:\n      volumes:\n      - name: config\n"
        "        configMap: {name: pair-config}\n",
    )
    config = CONFIG + (
        "    external_providers_dir: /.llama/providers.d\n    server: {port: 8321}\n"
    )
    files = [("server.yaml", server), ("config.yaml", config)]
    _, found = migrate_deployment(files, SETTINGS)
    assert found.is_beside
    assert "/.ogx/providers.d" in found.result.text
    assert "ogx.io/watch" not in found.result.text


@pytest.mark.parametrize(
    "inner",
    [
        "patches:\n- target: {kind: LlamaStackDistribution}\n  path: p.yaml\n",
        "patches:\n- patch: |-\n    kind: LlamaStackDistribution\n    spec: {}\n",
        "tasks:\n- definition:\n    kind: LlamaStackDistribution\n",
    ],
)
def test_a_resource_inside_another_document_needs_a_person(inner):
    text = f"kind: Other\nmetadata: {{name: x}}\n{inner}"
    [found] = migrate_deployment([("k.yaml", text)], SETTINGS)
    assert found.result.text == text
    assert found.result.needs_action
    [note] = [note for config in found.result.configs for note in config.notes]
    assert note.position.line in (4, 5)


TASKS = """\
- name: make the server
  kubernetes.core.k8s:
    definition: |
      kind: LlamaStackDistribution
      metadata: {name: {{ name }}}
"""


def test_a_task_that_makes_the_resource_is_no_file_for_ogx(folder, monkeypatch, capfd):
    (folder / "main.yml").write_text(TASKS)
    assert (
        stackcfg(monkeypatch, "migrate", "--check", "--target", "1.5", "main.yml") == 3
    )
    err = capfd.readouterr().err
    assert "main.yml: nothing changed for 1.5; still to be done:" in err
    assert "main.yml:3:17: action required: a LlamaStackDistribution is named" in err
    assert stackcfg(monkeypatch, "validate", "--format", "concise", "main.yml") == 2
    assert "not a run config but a list of Ansible tasks" in capfd.readouterr().out


def test_every_document_of_a_long_stream_is_converted():
    one = SERVER.partition("    userConfig")[0]
    stream = "---\n".join(
        one.replace("pair", f"pair-{number}") for number in range(150)
    )
    [found] = migrate_deployment([("all.yaml", stream)], SETTINGS)
    assert found.result.text.count("kind: OGXServer") == 150


def test_the_name_of_the_old_server_is_refused(folder, monkeypatch, capfd):
    asked = ["migrate", "--target", "1.5", "--name", "pair", "a-server.yaml"]
    assert stackcfg(monkeypatch, *asked) == 2
    assert "--name is that of the old server, 'pair'" in capfd.readouterr().err
    assert names(folder) == ["a-server.yaml", "config.yaml", "other.yaml"]


def test_files_of_a_folder_find_each_other(tmp_path, monkeypatch, capfd):
    """In a folder, names begin with `./`, and paths in files do not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  stack:\n"
        "    image: llamastack/distribution-starter:0.7.1\n"
        "    volumes: [./stack/run.yaml:/run.yaml]\n"
        "    environment: [LLAMA_STACK_LOGGING=x, RUN_CONFIG_PATH=/run.yaml]\n"
    )
    (tmp_path / "stack").mkdir()
    config = tmp_path / "stack" / "run.yaml"
    config.write_text(
        "version: 2\n"
        "image_name: x\n"
        "apis: [inference]\n"
        "providers:\n"
        "  inference:\n"
        "  - provider_id: vllm\n"
        "    provider_type: remote::vllm\n"
        "    config: {base_url: 'http://${env.LLAMA_STACK_LOGGING}/v1'}\n"
    )
    assert stackcfg(monkeypatch, "migrate", "--target", "1.5", "-w", ".") in (0, 3)
    assert "${env.OGX_LOGGING}" in config.read_text()
    capfd.readouterr()


@pytest.mark.parametrize("piped", ["a-server.yaml", "config.yaml"])
def test_standard_input_and_files_see_each_other(folder, monkeypatch, capfd, piped):
    text = (folder / piped).read_text()
    (folder / piped).unlink()
    (other,) = {"a-server.yaml", "config.yaml"} - {piped}
    stream = io.TextIOWrapper(io.BytesIO(text.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    asked = ["migrate", "--target", "1.5", "--diff", other, "-"]
    assert stackcfg(monkeypatch, *asked) == 1
    out, err = capfd.readouterr()
    assert "+    key: run.yaml" in out
    assert '+    ogx.io/watch: "true"' in out or '"ogx.io/watch": "true"' in out
    assert "is not in the input" not in err
