"""`docs/kubernetes.md`, line by line: its commands print what it shows, and its data come along."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.running import ROOT, Done, environment, stackcfg

PAGE = (ROOT / "docs" / "kubernetes.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(match[1], match[2]) for match in BLOCK.finditer(PAGE)]
ANYTHING = "…\n"
"""A line of the page for output that it does not show."""


def files_of_page() -> dict[str, str]:
    """The files that the page shows, by the name in their first line."""
    found = {}
    for language, text in BLOCKS:
        if language == "yaml":
            head, _, _ = text.partition("\n")
            found[head.removeprefix("# ")] = text
    return found


def commands_of_page() -> list[tuple[str, str]]:
    """The commands in console blocks, each with the output that the page shows."""
    found: list[tuple[str, str]] = []
    for language, text in BLOCKS:
        if language != "console":
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    if words[0] != "stackcfg":
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
        )
        return done.stdout + done.stderr
    done = stackcfg(*words[1:], cwd=folder)
    assert done.code in (0, 1), done
    return done.out + done.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assistant.yaml").write_text(files_of_page()["assistant.yaml"])
    return tmp_path


def test_every_command_prints_what_the_page_shows(folder):
    commands = commands_of_page()
    assert len(commands) >= 7
    for command, expected in commands:
        output = run(command, folder)
        if expected.endswith(ANYTHING):
            assert output.startswith(expected.removesuffix(ANYTHING)), command
        else:
            assert output == expected, command


def test_the_stored_rows_come_along_as_the_page_says(folder):
    """The databases are in a folder of the test, which is the volume at both paths."""
    run("stackcfg migrate --target 1.5 -w --report none assistant.yaml", folder)
    volume = folder / "volume"
    (volume / "distributions" / "starter").mkdir(parents=True)
    for name in ("assistant.yaml", "assistant-ogx.yaml"):
        text = (folder / name).read_text()
        for mounted in ("/.llama/", "/.ogx/"):
            text = text.replace(mounted, f"{volume}/")
        (folder / name).write_text(text)
    database = volume / "distributions" / "starter" / "registry.db"
    with sqlite3.connect(database) as old:
        old.execute(
            "CREATE TABLE kvstore (key TEXT PRIMARY KEY, value TEXT, expiration TIMESTAMP)"
        )
        key = "distributions:registry:v9::model:granite"
        value = '{"type": "model", "identifier": "granite", "provider_id": "vllm", "provider_resource_id": "granite-3", "model_type": "llm", "metadata": {}}'
        old.execute("INSERT INTO kvstore VALUES (?, ?, NULL)", (key, value))
    old.close()
    for command in data_commands():
        done: Done = stackcfg(*command, cwd=folder)
        assert done.code == 0, done
    with sqlite3.connect(volume / "distributions" / "starter" / "kvstore.db") as new:
        keys = [row[0] for row in new.execute("SELECT key FROM kvstore")]
    new.close()
    assert any("granite" in each for each in keys)


def data_commands() -> list[list[str]]:
    """The data commands of the page, without the folder of the pod."""
    lines = [
        line.partition(" -- ")[2].replace("/tmp/", "")
        for line in PAGE.splitlines()
        if " -- stackcfg data " in line
    ]
    assert len(lines) == 2
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize(
    "text", [text for language, text in BLOCKS if language == "sh"]
)
def test_every_shell_line_can_be_parsed(text):
    done = subprocess.run(
        ["sh", "-n"], input=text, text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_shell_lines_name_the_objects_of_the_example():
    """A claim, Service or object of another name would be that of somebody else."""
    words = "\n".join(text for language, text in BLOCKS if language == "sh")
    names = set(re.findall(r"\bassistant[\w-]*", words))
    assert names == {
        "assistant",
        "assistant-objects",
        "assistant-ogx",
        "assistant-ogx-service",
        "assistant-pvc",
        "assistant-sa",
        "assistant-service",
        "assistant-volume",
    }


def test_the_manifests_of_the_page_are_right():
    for name, text in files_of_page().items():
        for document in yaml.safe_load_all(text):
            assert document["metadata"]["namespace"] == "ai", name
