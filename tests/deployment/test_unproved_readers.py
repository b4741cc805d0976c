"""Containers that mount a run config, of which nothing says that they start the server."""

import pytest

from tests.deployment.test_environment_fixtures import migrated

OLD = """\
    version: 2
    image_name: x
    apis: [inference]
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config: {url: http://v/v1}
    metadata_store: {type: sqlite, db_path: /data/r.db}
"""
NEW = """\
    version: 2
    distro_name: x
    apis: [inference]
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config: {base_url: http://v/v1}
    server: {insecure: true}
"""
POD = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: cfg}
data:
  run.yaml: |
CONFIG---
apiVersion: v1
kind: Pod
metadata: {name: s}
spec:
  KEY:
  - name: s
    image: IMAGE
    command: [/start]
    env:
    - {name: VARIABLE, value: /etc/s/run.yaml}
    volumeMounts:
    - {name: VOLUME, mountPath: /etc/s}
  volumes:
  - name: c
    configMap: {name: cfg}
  - name: d
    emptyDir: {}
"""
OWN = {
    "CONFIG": OLD,
    "KEY": "containers",
    "IMAGE": "quay.io/me/own:1",
    "VARIABLE": "LLAMA_STACK_CONFIG",
    "VOLUME": "c",
}
MOUNTS = "this container mounts a run config ("


def notes_on_pod(**other: str) -> list[str]:
    text = POD
    for word, value in {**OWN, **other}.items():
        text = text.replace(word, value)
    return [each for each in migrated([("pod.yaml", text)])[1] if MOUNTS in each]


def test_a_container_that_may_be_the_server_is_named():
    [note] = notes_on_pod()
    assert note.startswith(
        f"pod.yaml:21:5: container s of Pod s: check: {MOUNTS}ConfigMap cfg: run.yaml)"
    )
    assert note.endswith(
        "its image and command must be those of ogx, and 'LLAMA_STACK_CONFIG' is "
        "'OGX_CONFIG'"
    )


def test_a_variable_of_nobody_is_not_named():
    [note] = notes_on_pod(VARIABLE="CONFIG_FILE")
    assert note.endswith("its image and command must be those of ogx")


@pytest.mark.parametrize(
    "other",
    [
        {"CONFIG": NEW},
        {"KEY": "initContainers"},
        {"VOLUME": "d"},
        {"IMAGE": "llamastack/distribution-starter:0.2.12"},
        {"CONFIG": "    apis: [\n"},
    ],
    ids=["for ogx", "init", "another volume", "proved", "unreadable"],
)
def test_other_containers_are_not(other):
    assert notes_on_pod(**other) == []


COMPOSE = """\
services:
  s:
    image: me/own:1
    volumes:
    - ./run.yaml:/etc/run.yaml
  web:
    image: nginx
    volumes:
    - ./:/site
"""


@pytest.mark.parametrize(("config", "count"), [(OLD, 1), (NEW, 0)])
def test_a_service_that_may_be_the_server_is_named(config, count):
    files = [
        ("compose.yaml", COMPOSE),
        ("run.yaml", config.replace("\n    ", "\n")[4:]),
    ]
    notes = [each for each in migrated(files)[1] if MOUNTS in each]
    assert len(notes) == count
    assert all("compose.yaml:3:5: service s: " in each for each in notes)
    assert all(f"{MOUNTS}run.yaml)" in each for each in notes)


SCRIPT = """\
#!/bin/sh
cat > run.yaml <<'EOF'
CONFIGEOF
COMMAND
"""
UNREAD = (
    "start.sh:3:1: run config: check: this run config is for ogx now, but nothing in"
)


@pytest.mark.parametrize(
    ("command", "config", "count"),
    [
        ("podman run -v ./run.yaml:/etc/run.yaml me/own:1", OLD, 1),
        ("podman run -v ./run.yaml:/etc/run.yaml me/own:1", NEW, 0),
        ("llama stack run run.yaml", OLD, 0),
    ],
    ids=["unknown", "for ogx", "started"],
)
def test_a_script_that_may_start_the_server_says_so(command, config, count):
    config = config.replace("\n    ", "\n")[4:]
    script = SCRIPT.replace("CONFIG", config).replace("COMMAND", command)
    texts, notes = migrated([("start.sh", script)])
    assert sum(note.startswith(UNREAD) for note in notes) == count
    assert (command in texts["start.sh"]) == ("podman" in command)


WORKFLOW = """\
on: push
jobs:
  test:
    KEY:
    - run: |
        set -e
        cat > run.yaml <<'EOF'
CONFIG        EOF
        COMMAND
"""
STAYS = (
    "workflow.yaml:18:9: other starts: action required: this starts llama-stack with"
)


@pytest.mark.parametrize(
    ("command", "key", "count"),
    [
        ("llama stack run run.yaml", "steps", 1),
        ("docker run llamastack/distribution-starter:0.2.20", "steps", 1),
        ("ogx run run.yaml", "steps", 0),
        ("echo llama stack run run.yaml", "steps", 0),
        ("llama stack run run.yaml", "containers", 0),
    ],
)
def test_a_command_in_a_script_of_a_workflow_is_named(command, key, count):
    config = OLD.replace("    ", "        ", 1).replace("\n    ", "\n        ")
    text = WORKFLOW.replace("CONFIG", config).replace("COMMAND", command)
    texts, notes = migrated([("workflow.yaml", text.replace("KEY", key))])
    assert command in texts["workflow.yaml"]
    assert ("storage:" in texts["workflow.yaml"]) == bool(count)
    assert sum(note.startswith(STAYS) for note in notes) == count


def test_a_script_of_a_workflow_without_a_run_config_is_not():
    text = WORKFLOW.replace("CONFIG", "        a: b\n").replace("KEY", "steps")
    notes = migrated([("workflow.yaml", text.replace("COMMAND", "llama stack run a"))])[
        1
    ]
    assert not any("other starts:" in note for note in notes)


OTHERS = {
    "task of Ansible": (
        "- copy:\n    dest: /etc/run.yaml\n    content: |\nCONFIG"
        "- podman_container:\n    image: llamastack/distribution-starter:0.2.20\n",
        "write 'ogxai/distribution-starter:1.5.0'",
    ),
    "service of a workflow": (
        "jobs: {a: {services: {b: {image: 'llamastack/distribution-oci:1'}}}}\na: |\nCONFIG",
        "write one that holds ogx 1.5.0",
    ),
    "unit of cloud-init": (
        "write_files:\n- content: |\nCONFIG- content: |\n    [Service]\n"
        "    ExecStart=/opt/bin/llama stack run /etc/run.yaml\n",
        "this starts llama-stack",
    ),
    "command in a list": (
        "config: |\nCONFIGcommand: [llama, stack, run, a.yaml]\n",
        "this starts llama-stack",
    ),
    "package": (
        "config: |\nCONFIGrun: pip install 'llama-stack==0.2.20'\n",
        "install 'ogx==1.5.0'",
    ),
    "values in a string": (
        "values: |\n  image:\n    repository: docker.io/llamastack/distribution-starter\n"
        "  config:\nCONFIG",
        "write 'docker.io/ogxai/distribution-starter:1.5.0'",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_else_starts_llama_stack_in_a_file_is_named(name):
    text, hint = OTHERS[name]
    text = text.replace("CONFIG", OLD)
    texts, notes = migrated([("file.yaml", text)])
    assert "distro_name:" in texts["file.yaml"]
    [note] = [note for note in notes if "other starts: action required: " in note]
    assert hint in note
    line, column = map(int, note.split(":")[1:3])
    assert (
        "llama" in text.split("\n")[line - 1][column - 1 :]
        or "|" in text.split("\n")[line - 2]
    )
    again = migrated([("file.yaml", texts["file.yaml"])])
    assert again == (texts, [])


@pytest.mark.parametrize(
    "rest",
    [
        "description: run 'llama stack run a.yaml'\n",
        "image: me/llama\nurl: http://llama-stack:8321\n",
        "run: echo llama stack run a.yaml; pip install llama-stack-client\n",
    ],
)
def test_what_starts_nothing_is_not_named(rest):
    notes = migrated([("file.yaml", f"config: |\n{OLD}{rest}")])[1]
    assert notes == []


@pytest.mark.parametrize("key", ["image_name", "docker_image", "container_image"])
def test_the_image_that_a_run_config_names_starts_nothing(key):
    config = (
        OLD.replace("\n    ", "\n")
        .lstrip()
        .replace("image_name: x", f"image_name: x\n{key}_: 1")
    )
    config = config.replace(f"{key}_: 1", f"{key}: llamastack/distribution-ollama")
    assert migrated([("run.yaml", config)])[1] == []


def test_a_file_that_no_server_reads_is_left_to_the_migration():
    text = f"config: |\n{OLD}run: llama stack run a.yaml\nother: !anything x\n"
    assert migrated([("file.yaml", text)]) == ({"file.yaml": text}, [])
