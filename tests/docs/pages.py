"""The pages of `docs/`: the files and commands that they show, and running these commands.

A block `console` holds commands behind `$ `, each with the output that it prints. A block whose first line is a comment
with a file's name is this file. A line `…` stands for any output. The folder `/srv/llama` of a page is a folder of the
test.
"""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.running import ROOT, WITHOUT_SERVER, environment

DOCS: Final = ROOT / "docs"
SERVER_FOLDER: Final = "/srv/llama"
"""Where the servers of the pages keep their data."""
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE_HEAD: Final = re.compile(r"# ([\w./-]+\.\w+)\n")
_ANYTHING: Final = "…\n"


@dataclass(frozen=True)
class Command:
    """A command of a page, and the output that the page shows."""

    line: str
    output: str

    def is_output(self, text: str) -> bool:
        pattern = re.escape(self.output).replace(re.escape(_ANYTHING), "(?:.*\n)*?")
        return re.fullmatch(pattern, text) is not None


@dataclass(frozen=True)
class File:
    """A file that a page shows."""

    name: str
    text: str


@dataclass(frozen=True)
class Page:
    """A page as its blocks: pairs of a language and a text."""

    name: str
    blocks: tuple[tuple[str, str], ...]

    def of_language(self, language: str) -> list[str]:
        return [text for named, text in self.blocks if named == language]

    def files(self) -> dict[str, str]:
        """Return the files that the page shows, by their names."""
        files = [step for step in self.steps() if isinstance(step, File)]
        return {file.name: file.text for file in files}

    def commands(self) -> list[Command]:
        """Return the commands of console blocks in their order."""
        return [step for step in self.steps() if isinstance(step, Command)]

    def steps(self) -> Iterator[File | Command]:
        """Yield the files and commands in their order, as a reader takes them."""
        for language, text in self.blocks:
            if head := _FILE_HEAD.match(text):
                yield File(head[1], text)
            if language == "console":
                for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                    line, _, output = part.partition("\n")
                    yield Command(line, output)


def read_page(name: str) -> Page:
    text = (DOCS / name).read_text(encoding="utf-8")
    return Page(name, tuple((match[1], match[2]) for match in _BLOCK.finditer(text)))


def page_names() -> list[str]:
    return sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


@contextmanager
def server_folder() -> Iterator[Path]:
    """Make a folder whose path is as long as that of the pages, so that tables are as wide as theirs."""
    length = len(SERVER_FOLDER) - len("/tmp/")
    while True:
        path = Path("/tmp") / secrets.token_hex(length)[:length]
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
            break
    try:
        yield path
    finally:
        shutil.rmtree(path)


class Shell:
    """Runs commands as a reader does, in a folder with the page's files."""

    def __init__(self, folder: Path, server_folder: Path, **extra: str) -> None:
        self._folder = folder
        self._server_folder = server_folder
        self._code = 0
        programs = folder.parent / "programs"
        programs.mkdir(exist_ok=True)
        program = programs / "stackcfg"
        command = shlex.join([sys.executable, "-c", WITHOUT_SERVER])
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        program.chmod(0o755)
        variables = environment(**extra)
        self._variables = variables | {
            "PATH": f"{programs}:{variables['PATH']}",
            "PYTHONPATH": f"{ROOT}:{variables.get('PYTHONPATH', '')}",
            # standard output and standard error in the order of a terminal
            "PYTHONUNBUFFERED": "1",
            "HOME": str(server_folder),
        }

    def write(self, file: File) -> None:
        path = self._folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._moved(file.text), encoding="utf-8")

    def run(self, line: str) -> str:
        """Return what a command prints, with the folders of the page."""
        if line == "echo $?":
            return f"{self._code}\n"
        done = subprocess.run(
            ["bash", "-c", self._moved(line)],
            cwd=self._folder,
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        self._code = done.returncode
        shown = done.stdout.replace(str(self._server_folder), SERVER_FOLDER)
        return shown.replace(f"{self._folder}/", "")

    def _moved(self, text: str) -> str:
        return text.replace(SERVER_FOLDER, str(self._server_folder))
