"""Which files a search of folders opens, by their names."""

from __future__ import annotations

import pytest

from stackcfg.manifests.file_kinds import DOCKERFILE, kind_of
from stackcfg.manifests.file_names import is_searched


@pytest.mark.parametrize(
    "path",
    [
        "run.yaml",
        "deploy/run.yml",
        "start.sh",
        "bin/start.zsh",
        "Dockerfile",
        "server/Dockerfile.gpu",
        "stack.dockerfile",
        "images/llama-Containerfile",
        "systemd/stack.service",
        "quadlets/stack.container",
        "systemd/stack.service.d/override.conf",
        "systemd\\stack.container.d\\10-port.conf",
        ".env",
        ".env.production",
        "deploy/stack.env",
    ],
)
def test_what_can_hold_a_run_config_or_start_a_server_is_searched(path):
    assert is_searched(path)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "run.yaml.bak",
        "Dockerfile.bak",
        "Dockerfile.bak.2",
        "Dockerfile.gpu.dockerignore",
        "start.sh~",
        ".env.orig",
        "yaml",
        "server.py",
        "package-lock.json",
        "nginx.conf",
        "conf.d/nginx.conf",
        "dockerfiles/notes.txt",
        "environment",
        "push",
    ],
)
def test_other_files_are_not_opened(path):
    assert not is_searched(path)


def test_an_import_of_python_is_no_dockerfile():
    assert kind_of("client.py", "from llama_stack_client import Client\n") == ""
    assert kind_of("build", "from python:3.12 as base\n") == DOCKERFILE
    assert kind_of("build", "FROM import\n") == DOCKERFILE
