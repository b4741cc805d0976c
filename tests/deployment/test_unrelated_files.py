"""Files in which no server starts are never changed, whatever their variables are called."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from stackcfg.deployment.engine import migrate_deployment
from tests.deployment.test_environment_fixtures import settings
from tests.support.in_process import run_here

COUNT = 2000
NAMES = ("web", "api", "db", "cache", "worker", "chat", "llama-stack-ui", "rag")
IMAGES = (
    "nginx:1.27",
    "postgres:16",
    "redis",
    "quay.io/team/chat:1",
    "quay.io/team/llama-stack-playground:2",
    "llamastack/playground:1",
    "busybox",
    "ghcr.io/team/llama.cpp:server",
    "ollama/ollama",
    "docker.io/llamastack/llama-stack-k8s-operator:0.4",
)
VARIABLES = (
    ("LLAMA_STACK_URL", "http://llama:8321"),
    ("LLAMA_STACK_PORT", "8321"),
    ("LLAMA_STACK_ENDPOINT", "http://llama:8321"),
    ("LLAMA_STACK_CONFIG", "http://llama:8321"),
    ("LLAMA_STACK_BASE_URL", "http://llama:8321"),
    ("OLLAMA_URL", "http://ollama:11434"),
    ("INFERENCE_MODEL", "qwen3"),
    ("HOME", "/root"),
    ("OGX_BASE_URL", "http://ogx:8321"),
)
COMMANDS = (
    [],
    ["nginx", "-g", "daemon off;"],
    ["sh", "-c", "echo llama stack run; exec python app.py"],
    ["python", "-m", "llama_stack_client.lib.cli"],
    ["llama-server", "--port", "8080"],
    ["streamlit", "run", "ui.py"],
    ["sh", "-c", "until curl $LLAMA_STACK_URL; do sleep 1; done"],
)
MOUNTS = ("/data", "/root/.llama", "/var/lib/x", "/home/app/.llama", "/.cache")
PATHS = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}


def _container(random: Random) -> dict:
    found: dict = {"name": random.choice(NAMES), "image": random.choice(IMAGES)}
    variables = random.sample(VARIABLES, random.randint(0, 4))
    found["env"] = [{"name": name, "value": value} for name, value in variables]
    command = random.choice(COMMANDS)
    if command:
        found["command"] = command
    if random.random() < 0.5:
        found["ports"] = [{"containerPort": 8321}]
    if random.random() < 0.5:
        found["volumeMounts"] = [{"name": "data", "mountPath": random.choice(MOUNTS)}]
    return found


def _manifest(random: Random) -> str:
    kind = random.choice(list(PATHS))
    body: dict = {
        "containers": [_container(random) for _ in range(random.randint(1, 3))]
    }
    for key in reversed(PATHS[kind]):
        body = {key: body}
    return json.dumps(
        {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}} | body, indent=2
    )


def _compose(random: Random) -> str:
    services = {}
    for name in random.sample(NAMES, 2):
        variables = random.sample(VARIABLES, random.randint(0, 4))
        services[name] = {
            "image": random.choice(IMAGES),
            "environment": dict(variables),
            "command": random.choice(COMMANDS),
            "volumes": [f"./x:{random.choice(MOUNTS)}"],
        }
    return json.dumps({"services": services}, indent=1)


def test_thousands_of_manifests_without_a_server_give_nothing():
    random = Random(12)
    files = [
        (f"{number}.yaml", random.choice([_manifest, _compose])(random))
        for number in range(COUNT)
    ]
    assert sum("LLAMA_STACK" in text for _, text in files) > COUNT / 2
    assert migrate_deployment(files, settings()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", 'FROM nginx\nENV LLAMA_STACK_URL=http://x\nCMD ["nginx"]\n'),
        (
            "Dockerfile",
            "FROM python:3.12\nRUN pip install llama-stack-client\nCMD python app.py\n",
        ),
        (
            "run.sh",
            "#!/bin/sh\nexport LLAMA_STACK_PORT=1\nllama stack list\npython app.py\n",
        ),
        (
            "app.service",
            "[Service]\nEnvironment=LLAMA_STACK_URL=x\nExecStart=/usr/bin/app\n",
        ),
    ],
)
def test_other_files_without_a_server_are_refused(name, text):
    (result,) = migrate_deployment([(name, text)], settings())
    assert "nothing in this" in result.error.message


WORKFLOW = """\
jobs:
  test:
    runs-on: ubuntu-latest
    services: {db: {image: %s}}
    steps:
    - name: llama stack run starter
    - run: |
        echo llama stack run starter
        %s
"""


@pytest.mark.parametrize(
    ("image", "command", "starts"),
    [
        ("postgres", "curl localhost", False),
        ("postgres", "uvx --from llama-stack llama stack run starter &", True),
        ("postgres", "ogx run --insecure starter &", True),
        ("llamastack/distribution-starter:0.5.1", "curl localhost", True),
    ],
)
def test_a_refused_workflow_says_whether_it_starts_a_server(
    image: str, command: str, starts: bool, tmp_path: Path
):
    (tmp_path / "ci.yml").write_text(WORKFLOW % (image, command))
    done = run_here("migrate", "ci.yml", "--target", "1.5", cwd=tmp_path)
    assert done.code == 2
    assert ("what starts the server in it is yours to change" in done.err) is starts
    assert ("nothing in it starts the server" in done.err) is not starts
