"""`docs/kubernetes.md`: its data come along, and its lines name the objects of its example."""

from __future__ import annotations

import re
import shlex
import sqlite3
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import DOCS, read_page
from tests.support.in_process import run_here
from tests.support.running import Done

PAGE = read_page("kubernetes.md")
TEXT = (DOCS / PAGE.name).read_text()


def run(command: str, folder: Path) -> None:
    done = run_here(*shlex.split(command)[1:], cwd=folder)
    assert done.code == 0, done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assistant.yaml").write_text(PAGE.files()["assistant.yaml"])
    return tmp_path


def test_the_stored_rows_come_along_as_the_page_says(folder):
    """The databases are in a folder of the test, which is the volume at both paths."""
    run("stackcfg migrate --target 1.5 -w --report none assistant.yaml", folder)
    volume = folder / "volume"
    (volume / "distributions" / "starter").mkdir(parents=True)
    database = volume / "distributions" / "starter" / "registry.db"
    with sqlite3.connect(database) as old:
        old.execute(
            "CREATE TABLE kvstore (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
        )
        key = "distributions:registry:v9::model:granite"
        value = '{"type": "model", "identifier": "granite", "provider_id": "vllm", "provider_resource_id": "granite-3", "model_type": "llm", "metadata": {}}'
        old.execute("INSERT INTO kvstore VALUES (?, ?, NULL)", (key, value))
    old.close()
    [plan] = [line for line in PAGE.of_language("sh") if "--format job" in line]
    plan = next(line for line in plan.splitlines() if "--format job" in line)
    command, _, file = plan.partition(" > ")
    made = run_here(*shlex.split(command)[1:], cwd=folder)
    assert (made.code, made.err) == (0, "")
    assert f"kubectl apply -f {file}" in TEXT
    for done in run_job(made.out, folder, volume):
        assert done.code == 0, done
    with sqlite3.connect(volume / "distributions" / "starter" / "kvstore.db") as new:
        keys = [row[0] for row in new.execute("SELECT key FROM kvstore")]
    new.close()
    assert any("granite" in each for each in keys)


def run_job(manifest: str, folder: Path, volume: Path) -> list[Done]:
    """Run the commands of a Job with its configs and its variables; a folder of this machine is the volume."""
    configs, job = yaml.safe_load_all(manifest)
    for name, text in configs["data"].items():
        for mounted in ("/.llama/", "/.ogx/"):
            text = text.replace(mounted, f"{volume}/")
        (folder / name).write_text(text)
    pod = job["spec"]["template"]["spec"]
    found = []
    for container in (*pod["initContainers"], *pod["containers"]):
        words = [
            word.replace("/etc/stackcfg/", "") for word in container["command"][1:]
        ]
        variables = {each["name"]: each["value"] for each in container["env"]}
        found.append(run_here(*words, cwd=folder, **{**variables, "HOME": str(folder)}))
    return found


def test_the_shell_lines_name_the_objects_of_the_example():
    """A claim, Service or object of another name would be that of somebody else."""
    words = "\n".join(PAGE.of_language("sh"))
    names = set(re.findall(r"\bassistant[\w-]*", words))
    assert names == {
        "assistant",
        "assistant-objects",
        "assistant-ogx",
        "assistant-ogx-copy-rows",
        "assistant-ogx-service",
        "assistant-pvc",
        "assistant-sa",
        "assistant-service",
        "assistant-volume",
    }


def test_the_manifests_of_the_page_are_right():
    for name, text in PAGE.files().items():
        for document in yaml.safe_load_all(text):
            assert document["metadata"]["namespace"] == "ai", name
