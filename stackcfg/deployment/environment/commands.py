"""The command that starts a server, as words: how it is recognized, and what ogx
has instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.environment.arguments import (
    Launch,
    NewCommand,
    NewWord,
    read_arguments,
)
from stackcfg.releases.server_environment import (
    FACTORY,
    NEW_FACTORY,
    NEW_MODULE,
    SHORT_COMMAND_SINCE,
    server_modules,
)

CLI: Final = "cli"
MODULE: Final = "module"
UVICORN: Final = "uvicorn"
"""The ways in which a server is started."""

INSECURE: Final = "--insecure"
_PROGRAMS: Final = ("llama", "ogx")
_CLI_MODULES: Final = ("llama_stack.cli.llama", NEW_MODULE)
_TALKER: Final = re.compile(
    "alias|awk|cat|command|echo|grep|kill|logger|man|pgrep|pkill|printf|sed|type|"
    "which|whereis"
)
"""Programs that only speak of the command that follows them."""


class Start(NamedTuple):
    """Where in a command's words a server is started: `first` up to `end`.

    The arguments begin at `end`. `is_old` tells llama-stack from ogx.
    """

    kind: str
    first: int
    end: int
    is_old: bool


def find_start(words: Sequence[str]) -> Start | None:
    """Return where the words of one command start a server; None if nowhere."""
    if words and _TALKER.fullmatch(_base(words[0])):
        return None
    for index in range(len(words)):
        start = _start_at(words, index)
        if start is not None:
            return start
    return None


def _start_at(words: Sequence[str], index: int) -> Start | None:
    word = words[index]
    program = _base(word)
    rest = tuple(words[index + 1 : index + 3])
    if program in _PROGRAMS:
        count = _length_of_subcommand(program, rest)
        if count:
            return Start(CLI, index, index + 1 + count, program == "llama")
    if word in (FACTORY, NEW_FACTORY):
        return Start(UVICORN, index, index + 1, word == FACTORY)
    if index and words[index - 1] == "-m":
        return _module_start(word, rest, index)
    return None


def _length_of_subcommand(program: str, rest: tuple[str, ...]) -> int:
    """Return how many words after the program say `run`; 0 if they do not."""
    if rest == ("stack", "run"):
        return 2
    if program == "ogx" and rest[:1] == ("run",):
        return 1
    return 0


def _module_start(word: str, rest: tuple[str, ...], index: int) -> Start | None:
    if word in _CLI_MODULES:
        program = "llama"
        if word == NEW_MODULE:
            program = "ogx"
        count = _length_of_subcommand(program, rest)
        if count:
            return Start(MODULE, index, index + 1 + count, program == "llama")
    elif word in server_modules():
        return Start(MODULE, index, index + 1, True)
    return None


def _base(word: str) -> str:
    return word.rsplit("/", 1)[-1]


def rewrite_start(words: Sequence[str], start: Start, launch: Launch) -> NewCommand:
    """Return the command for ogx; what is in front of the start stays."""
    before = [NewWord(word, index) for index, word in enumerate(words[: start.first])]
    if start.kind == UVICORN:
        factory = NewWord(NEW_FACTORY, start.first)
        after = [
            NewWord(word, index)
            for index, word in enumerate(words[start.end :], start.end)
        ]
        return NewCommand((*before, factory, *after))
    program = list(_program(words, start, launch, before))
    arguments = read_arguments(words, start.end, launch)
    if launch.demands_flag and INSECURE not in words:
        program.append(NewWord(INSECURE))
    return arguments._replace(words=(*before, *program, *arguments.words))


def _program(
    words: Sequence[str], start: Start, launch: Launch, before: list[NewWord]
) -> Iterator[NewWord]:
    """Yield the words of the new program; `before` may lose an interpreter."""
    first = start.first
    run: int | None = start.end - 1
    if start.kind == CLI:
        folder = words[first].removesuffix(_base(words[first]))
        yield NewWord(folder + "ogx", first)
    elif _is_plain_python(words, start):
        # `python -m module` becomes `ogx run`
        yield NewWord("ogx", before[-2].source)
        del before[-2:]
    else:
        yield NewWord(NEW_MODULE, first)
        if run == first:
            run = None
    yield from _run_words(launch, run)


def _run_words(launch: Launch, source: int | None) -> Iterator[NewWord]:
    if launch.target < SHORT_COMMAND_SINCE:
        yield NewWord("stack")
    yield NewWord("run", source)


def _is_plain_python(words: Sequence[str], start: Start) -> bool:
    if start.first < 2 or not start.is_old:
        return False
    program = words[start.first - 2]
    return program.startswith("python") and "/" not in program
