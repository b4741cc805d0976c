"""Variables in brackets and braces get further ones, and services of an override file follow the one they change."""

from __future__ import annotations

import pytest
import yaml

from tests.deployment.test_environment_fixtures import migrated

POD = """\
kind: Pod
metadata: {name: stack}
spec:
  containers:
  - name: stack
    image: llamastack/distribution-starter:0.2.20
    args: [--config, /etc/run.yaml]
    env: ENV
"""
SERVICE = """\
services:
  stack:
    image: llamastack/distribution-starter:0.2.20
    command: [--config, /etc/run.yaml]
    environment: ENV
"""


@pytest.mark.parametrize(
    "env", ["[]", "[{name: A, value: '1'}]", "[{name: A, value: '1'} , ]"]
)
def test_variables_of_a_container_in_brackets_get_a_further_one(env):
    texts, notes = migrated([("pod.yaml", POD.replace("ENV", env))])
    [container] = yaml.safe_load(texts["pod.yaml"])["spec"]["containers"]
    wanted = yaml.safe_load(env)
    assert container["env"] == [
        *wanted,
        {"name": "RUN_CONFIG_PATH", "value": "/etc/run.yaml"},
    ]
    assert notes == []


@pytest.mark.parametrize("env", ["{}", "{A: '1'}", "{A: }", "[]", "['A=1', B]"])
def test_variables_of_a_service_in_brackets_get_a_further_one(env):
    texts, _ = migrated([("compose.yaml", SERVICE.replace("ENV", env))])
    found = yaml.safe_load(texts["compose.yaml"])["services"]["stack"]["environment"]
    wanted = yaml.safe_load(env)
    if isinstance(wanted, dict):
        assert found == {**wanted, "RUN_CONFIG_PATH": "/etc/run.yaml"}
    else:
        assert found == [*wanted, "RUN_CONFIG_PATH=/etc/run.yaml"]


@pytest.mark.parametrize("null", ["", " ~", " null  # none yet"])
def test_variables_that_are_null_become_a_block(null):
    texts, _ = migrated(
        [
            ("pod.yaml", POD.replace(" ENV", null)),
            ("compose.yaml", SERVICE.replace(" ENV", null)),
        ]
    )
    [container] = yaml.safe_load(texts["pod.yaml"])["spec"]["containers"]
    assert container["env"] == [{"name": "RUN_CONFIG_PATH", "value": "/etc/run.yaml"}]
    service = yaml.safe_load(texts["compose.yaml"])["services"]["stack"]
    assert service["environment"] == {"RUN_CONFIG_PATH": "/etc/run.yaml"}
    assert ("# none yet" in null) == ("# none yet" in texts["compose.yaml"])


def test_an_anonymous_volume_of_a_service_moves_with_the_folder():
    service = SERVICE.replace(" ENV", "").replace(
        "environment:", "volumes: [/root/.llama]"
    )
    texts, _ = migrated([("compose.yaml", service)])
    found = yaml.safe_load(texts["compose.yaml"])["services"]["stack"]
    assert found["volumes"] == ["/.ogx"]


BASE = """\
services:
  stack:
    image: llamastack/distribution-starter:0.2.20
    environment: {LLAMA_STACK_LOGGING: all=info}
    volumes: ["data:/root/.llama"]
    configs: [{source: run, target: /etc/run.yaml}]
  client:
    image: client
configs:
  run:
    content: |
      version: 2
      apis: [inference]
      providers:
        inference:
        - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: http://vllm/v1}}
      metadata_store: {type: sqlite, db_path: /root/.llama/registry.db}
volumes: {data: {}}
"""
OVERRIDE = """\
services:
  stack:
    environment: {LLAMA_STACK_LOG_FILE: /root/.llama/log}
    volumes: ["./cache:/root/.llama/cache"]
  client:
    environment: {LLAMA_STACK_PORT: "8321", HOME: /root}
"""


@pytest.mark.parametrize(
    "names", [("compose.yaml", "compose.override.yaml"), ("a/dev.yaml", "a/base.yaml")]
)
def test_a_service_without_an_image_follows_the_one_of_its_name(names):
    base, other = names
    texts, notes = migrated([(base, BASE), (other, OVERRIDE)])
    after = yaml.safe_load(texts[other])["services"]
    assert after["stack"] == {
        "environment": {"OGX_LOG_FILE": "/.ogx/log"},
        "volumes": ["./cache:/.ogx/cache"],
    }
    assert after["client"] == yaml.safe_load(OVERRIDE)["services"]["client"]
    assert "/.ogx/kvstore.db" in texts[base]
    said = [note for note in notes if note.startswith(other)]
    assert [note.partition("check: ")[2][:32] for note in said] == [
        "the server runs as user 1001, no"
    ]


def test_a_command_of_an_override_file_stays_one():
    """Without one, that of the other file would be back."""
    override = "services:\n  stack:\n    command: [--config, /etc/run.yaml]\n"
    base = BASE.replace(
        "    volumes: [", "    command: [--port, '8322']\n    volumes: ["
    )
    texts, _ = migrated([("compose.yaml", base), ("compose.override.yaml", override)])
    service = yaml.safe_load(texts["compose.override.yaml"])["services"]["stack"]
    assert service == {
        "environment": {"RUN_CONFIG_PATH": "/etc/run.yaml"},
        "command": [],
    }


def test_an_override_file_of_another_folder_is_no_part_of_it():
    texts, notes = migrated(
        [("a/compose.yaml", BASE), ("b/compose.override.yaml", OVERRIDE)]
    )
    assert "/root/.ogx/cache" in texts["b/compose.override.yaml"]
    assert any("treated as a server" in note for note in notes)
