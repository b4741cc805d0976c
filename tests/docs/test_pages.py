"""Every page of `docs/`: its commands print what it shows, its shell lines are right, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.docs.pages import (
    DOCS,
    File,
    Page,
    Shell,
    page_names,
    read_page,
    server_folder,
)
from tests.docs.server_rows import make_rows
from tests.docs.stackcfg_lines import parse, stackcfg_lines
from tests.support.running import ROOT

PAGES: Final = [read_page(name) for name in page_names()]
README: Final = read_page("../README.md")
WITH_COMMANDS: Final = [page for page in PAGES if page.commands()]
LINK: Final = re.compile(r"\]\((?!\w+:)([^)#\s]*)(#[\w.-]+)?\)")
HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    work = tmp_path / "work"
    work.mkdir()
    with server_folder() as server:
        make_rows(server)
        yield Shell(work, server)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_every_command_prints_what_the_page_shows(page: Page, shell: Shell):
    for step in page.steps():
        if isinstance(step, File):
            shell.write(step)
        else:
            output = shell.run(step.line)
            assert step.is_output(output), f"$ {step.line}\n{output}"


def test_there_are_commands_to_run():
    assert sum(len(page.commands()) for page in WITH_COMMANDS) > 30


@pytest.mark.parametrize("page", [*PAGES, README], ids=lambda page: page.name)
def test_shell_lines_can_be_parsed(page: Page):
    for text in page.of_language("sh"):
        done = subprocess.run(
            ["sh", "-n"], input=text, text=True, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), text


LINES: Final = [
    words
    for page in (*PAGES, README)
    for text in page.of_language("sh")
    for words in stackcfg_lines(text)
]


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_options_in_shell_lines_exist(words: list[str]):
    parse(words)


@pytest.mark.parametrize("line", ["migrat a", "migrate --targt 1 a", "data copi a b"])
def test_a_line_that_is_wrong_is_noticed(line: str):
    with pytest.raises(Exception, match="No such"):
        parse(line.split())


@pytest.mark.parametrize("page", [*PAGES, README], ids=lambda page: page.name)
def test_yaml_blocks_are_yaml(page: Page):
    for text in page.of_language("yaml"):
        list(yaml.safe_load_all(text))


@pytest.mark.parametrize("page", [*PAGES, README], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page):
    path = (DOCS / page.name).resolve()
    for target, anchor in LINK.findall(path.read_text()):
        linked = (path.parent / target).resolve() if target else path
        assert linked.exists(), target
        if anchor:
            assert anchor[1:] in anchors(linked), (target, anchor)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges and MkDocs make them."""
    found = HEADING.findall(path.read_text())
    return {
        re.sub(r"[^\w\- ]", "", name.lower()).strip().replace(" ", "-")
        for name in found
    }


def test_readme_is_short():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) < 150


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]):
    (text,) = read_page("python.md").of_language("python")
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["report"]["file"] == "run.yaml"
    assert "storage:" in capsys.readouterr().out


def test_the_arguments_of_containers_are_those_of_a_command():
    documents = [
        document
        for text in read_page("ci.md").of_language("yaml")
        for document in yaml.safe_load_all(text)
    ]
    found = [words for document in documents for words in arguments_in(document)]
    assert len(found) == 2
    for words in found:
        parse([word.replace("$(params.target)", "1.5") for word in words])


def arguments_in(node: Any) -> Iterator[list[str]]:
    """Yield the `args` of what runs the image of stackcfg."""
    if isinstance(node, dict):
        if "/stackcfg:" in str(node.get("image", "")):
            yield node["args"]
        for inner in node.values():
            yield from arguments_in(inner)
    if isinstance(node, list):
        for inner in node:
            yield from arguments_in(inner)
