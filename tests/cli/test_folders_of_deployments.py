"""A folder with all that starts a server: nobody needs to name the files in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.in_process import run_here
from tests.support.running import OLD, ROOT

STARTER = ROOT / "fixtures" / "migrate" / "situations" / "starter" / "input.yaml"
DOCKERFILE = """\
FROM python:3.12-slim
RUN pip install llama-stack==0.2.23
ENV LLAMA_STACK_CONFIG_DIR=/data
CMD ["llama", "stack", "run", "/app/run.yaml"]
"""
FILES = {
    "run.yaml": OLD,
    "image/Dockerfile": DOCKERFILE,
    "bin/start.sh": "#!/bin/sh\nexport LLAMA_STACK_PORT=8321\nllama stack run run.yaml\n",
    "bin/clean.sh": "#!/bin/sh\nrm -rf build\n",
    "web/Dockerfile": 'FROM node:22\nCMD ["node", "server.js"]\n',
    "stack.service": "[Service]\nExecStart=/opt/venv/bin/llama stack run /etc/run.yaml\n",
    "stack.service.d/port.conf": "[Service]\nEnvironment=LLAMA_STACK_PORT=8000\n",
    "web/.env": "PORT=3000\n",
    "build/start.sh": "#!/bin/sh\nllama stack run run.yaml\n",
    ".gitignore": "build\n",
}
OF_SERVER = {
    "run.yaml",
    "image/Dockerfile",
    "bin/start.sh",
    "stack.service",
    "stack.service.d/port.conf",
}


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".git" / "objects").mkdir()
    (tmp_path / ".git" / "refs").mkdir()
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def changed(folder: Path) -> set[str]:
    """The files that are not what they were."""
    return {name for name, old in FILES.items() if (folder / name).read_text() != old}


def test_what_starts_the_server_goes_to_ogx_with_its_config(folder):
    done = run_here("migrate", "-w", "--target", "1.5", ".", cwd=folder)
    assert done.code == 0, done.err
    assert changed(folder) == OF_SERVER
    new = (folder / "image" / "Dockerfile").read_text()
    assert "ogx==1.5.0" in new
    assert 'CMD ["ogx", "run"' in new
    for other in "clean.sh", "web", "build":
        assert other not in done.err
    again = run_here("migrate", "--check", "--target", "1.5", ".", cwd=folder)
    assert again.code == 0, again.err


def test_before_ogx_only_the_config_changes(folder):
    done = run_here("migrate", "-w", ".", cwd=folder)
    assert (done.code, changed(folder)) == (0, {"run.yaml"})
    assert "Dockerfile" not in done.err
    assert "start.sh" not in done.err


def test_the_reason_to_skip_a_file_is_printed_on_demand(folder):
    done = run_here("migrate", "--diff", "-v", "--target", "1.5", ".", cwd=folder)
    assert "./bin/clean.sh: skipped: not a run config\n" in done.err
    assert "./web/Dockerfile: skipped: not a run config\n" in done.err


def test_what_cannot_be_read_beside_run_configs_is_skipped(folder):
    (folder / "bin" / "clean.sh").write_bytes(
        "#!/bin/sh\necho caf\xe9\n".encode("latin-1")
    )
    (folder / "requirements.txt").write_bytes(b"\xff\xfeo\0")
    for command in ["validate"], ["migrate", "--check"], ["show"]:
        done = run_here(*command, ".", cwd=folder)
        assert done.code in (0, 1), done.err
        assert "clean.sh" not in done.out + done.err
    named = run_here("migrate", "--check", "bin/clean.sh", cwd=folder)
    assert (named.code, named.err) == (
        2,
        "bin/clean.sh:2:9: error: not UTF-8 text; convert it to UTF-8\n",
    )


def test_the_report_is_that_of_one_file(folder):
    (folder / "web" / ".env").unlink()
    done = run_here("migrate", "--diff", ".", cwd=folder)
    assert "new backend" in done.err


def test_a_variable_that_ogx_does_not_read_is_found(folder):
    text = "FROM ogxai/distribution-starter:1.5.0\nENV LLAMA_STACK_PORT=8321\n"
    (folder / "image" / "Dockerfile").write_text(text)
    (folder / "run.yaml").unlink()
    done = run_here("validate", "--format", "concise", cwd=folder)
    assert done.code == 0, done.err
    (line,) = done.out.splitlines()
    assert line.startswith("./image/Dockerfile:2:5: old-variable: ")


def test_a_run_config_in_a_script_is_one_of_the_folder(folder):
    (folder / "run.yaml").unlink()
    script = f"#!/bin/sh\ncat > run.yaml <<'EOF'\n{STARTER.read_text()}EOF\n"
    (folder / "bin" / "start.sh").write_text(script)
    done = run_here("migrate", "-w", ".", cwd=folder)
    assert done.code == 0, done.err
    assert "storage:\n" in (folder / "bin" / "start.sh").read_text()
    checked = run_here("validate", "--target", "0.3", ".", cwd=folder)
    assert checked.code == 0, checked.out
