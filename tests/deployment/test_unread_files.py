"""What starts or installs llama-stack in files that are not read is named, where a run config goes to ogx."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.in_process import run_here
from tests.support.running import ROOT

STARTER = ROOT / "fixtures" / "migrate" / "situations" / "starter"
STARTS = (
    "check: this starts llama-stack, and stays; if it does so with a run config of this "
    "run, start ogx here: 'ogx run'"
)
INSTALLS = (
    "check: this installs llama-stack, and stays; where a run config of this run is used, "
    "install 'ogx==1.5.0'"
)
WORKFLOW = """\
name: test with llama stack run
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - run: |
        llama stack run run.yaml &
        pytest
"""
NAMED = {
    ".github/workflows/test.yml": (WORKFLOW, f"8:9: {STARTS}"),
    "Taskfile.yml": (
        "tasks:\n  serve:\n    cmds:\n    - llama stack run run.yaml\n",
        f"4:7: {STARTS}",
    ),
    "play.yaml": (
        "- hosts: all\n  tasks:\n  - pip: {name: openai}\n"
        "  - shell: pip install llama-stack==0.2.23\n",
        f"4:12: {INSTALLS}",
    ),
    "Makefile": ("serve:\n\tllama stack run run.yaml\n", f"2:2: {STARTS}"),
    "Justfile": (
        "serve:\n    OLLAMA=1 llama stack run run.yaml\n",
        f"2:14: {STARTS}",
    ),
    "Procfile": ("web: llama stack run run.yaml --port $PORT\n", f"1:6: {STARTS}"),
    "supervisord.conf": (
        "[program:stack]\ncommand=/opt/venv/bin/llama stack run run.yaml\n",
        f"2:23: {STARTS}",
    ),
    ".devcontainer/devcontainer.json": (
        '{"postStartCommand": ["llama", "stack", "run", "run.yaml"]}\n',
        f"1:24: {STARTS}",
    ),
    "setup.mk": (
        "deps:\n\tuv pip install openai llama-stack faiss-cpu\n",
        f"2:24: {INSTALLS}",
    ),
    "tools.mk": (
        "run:\n\tpython -m llama_stack.distribution.server.server\n",
        f"2:9: {STARTS}",
    ),
    "requirements-server.txt": (
        "openai\nllama_stack[ui]>=0.2\n",
        f"2:1: {INSTALLS}",
    ),
    "pyproject.toml": (
        '[project]\nname = "mine"\ndependencies = [\n  "llama-stack==0.2.23",\n]\n',
        f"4:4: {INSTALLS}",
    ),
    "Pipfile": ('[packages]\nllama-stack = "*"\n', f"2:1: {INSTALLS}"),
}
SILENT = {
    "values-prod.yaml": "command: [llama, stack, run, /etc/run.yaml]\n",
    "other.yaml": "name: llama stack run\nimage: llamastack/distribution-starter\n",
    "workflow.yaml": "on: push\njobs: {a: {steps: [{run: pip install llama-stack-client}]}}\n",
    "Makefile": "# llama stack run\ndeploy:\n\tcd llama-stack && kubectl apply -f .\n",
    "requirements.txt": "llama-stack-client==0.2.23\nllama-stack-provider-x\n# llama-stack\n",
    "pyproject.toml": '[project]\nname = "llama-stack"\ndependencies = ["my-llama-stack"]\n',
    "Procfile": "web: ogx run run.yaml\n",
    "server.py": "llama_stack\n",
}


def report_of(folder: Path, name: str, text: str, *words: str) -> list[str]:
    """The lines about a file of a folder with a run config."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    words = ("--check", "--report", "concise", *words)
    done = run_here("migrate", *words, ".", cwd=folder)
    assert path.read_text() == text
    return [line for line in done.err.splitlines() if line.startswith(f"./{name}")]


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "run.yaml").write_text((STARTER / "input.yaml").read_text())
    return tmp_path


@pytest.mark.parametrize("name", NAMED)
def test_what_stays_is_named(folder, name):
    text, note = NAMED[name]
    assert report_of(folder, name, text, "--target", "1.5") == [
        f"./{name}: nothing changed for 1.5: 1 to check",
        f"./{name}:{note}",
    ]


@pytest.mark.parametrize("name", SILENT)
def test_what_has_nothing_of_the_server_is_not(folder, name):
    assert report_of(folder, name, SILENT[name], "--target", "1.5") == []


def test_before_ogx_nothing_is_named(folder):
    text, _ = NAMED["Makefile"]
    assert report_of(folder, "Makefile", text, "--target", "0.7") == []


@pytest.mark.parametrize("run_config", [None, "output.yaml"])
def test_without_a_config_that_goes_to_ogx_nothing_is_named(folder, run_config):
    (folder / "run.yaml").write_text("kind: ConfigMap\ndata: {}\n")
    if run_config:
        run_here(
            *("migrate", "--target", "1.5", "--output", folder / "new.yaml"),
            STARTER / run_config,
        )
        assert (folder / "new.yaml").exists()
    text, _ = NAMED["Makefile"]
    assert report_of(folder, "Makefile", text, "--target", "1.5") == []


def test_a_file_that_is_named_alone_is_refused(folder):
    (folder / "Makefile").write_text(NAMED["Makefile"][0])
    done = run_here("migrate", "--target", "1.5", "Makefile", cwd=folder)
    assert done.code == 2
    assert "not YAML but a Makefile" in done.err
