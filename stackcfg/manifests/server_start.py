"""The command that starts a server: where it is in the words of a command."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import (
    FACTORY,
    NEW_FACTORY,
    NEW_MODULE,
    is_server_image,
    server_modules,
)

CLI: Final = "cli"
MODULE: Final = "module"
UVICORN: Final = "uvicorn"
"""The ways in which a server is started."""

BUILD: Final = "build"
"""The subcommand that starts the server with `--run` (0.1.4 to 0.2.24)."""

_PROGRAMS: Final = ("llama", "ogx")
_CLI_MODULES: Final = ("llama_stack.cli.llama", NEW_MODULE)
_SUBCOMMANDS: Final = ("stack", "model", "download", "verify-download")
_TALKER: Final = lazy_pattern(
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
    if words and _TALKER.fullmatch(program_of(words[0])):
        return None
    for index in range(len(words)):
        start = _start_at(words, index)
        if start is not None:
            return start
    return None


def find_old_command(words: Sequence[str]) -> Start | None:
    """Return where the words of one command call the command line of
    llama-stack, whatever it does; None if nowhere.
    """
    if words and _TALKER.fullmatch(program_of(words[0])):
        return None
    for index, word in enumerate(words[:-1]):
        kind = ""
        if word == _CLI_MODULES[0] and index and words[index - 1] == "-m":
            kind = MODULE
        elif program_of(word) == _PROGRAMS[0] and words[index + 1] in _SUBCOMMANDS:
            kind = CLI
        if kind:
            return Start(kind, index, index + 1, is_old=True)
    return None


def _start_at(words: Sequence[str], index: int) -> Start | None:
    word = words[index]
    program = program_of(word)
    rest = words[index + 1 :]
    if program in _PROGRAMS:
        count = _length_of_subcommand(program, rest)
        if count:
            return Start(
                kind=CLI,
                first=index,
                end=index + 1 + count,
                is_old=program == "llama",
            )
    if word in (FACTORY, NEW_FACTORY):
        return Start(
            kind=UVICORN,
            first=index,
            end=index + 1,
            is_old=word == FACTORY,
        )
    if index and words[index - 1] == "-m":
        return _module_start(word, rest, index)
    return None


def _length_of_subcommand(program: str, rest: Sequence[str]) -> int:
    """Return how many words after the program say `run`; 0 if they do not."""
    subcommand = tuple(rest[:2])
    if subcommand == ("stack", "run"):
        return 2
    if program == "ogx" and subcommand[:1] == ("run",):
        return 1
    if program == "llama" and subcommand == ("stack", BUILD) and "--run" in rest:
        return 2
    return 0


def _module_start(
    word: str,
    rest: Sequence[str],
    index: int,
) -> Start | None:
    if word in _CLI_MODULES:
        program = "llama"
        if word == NEW_MODULE:
            program = "ogx"
        count = _length_of_subcommand(program, rest)
        if count:
            return Start(
                kind=MODULE,
                first=index,
                end=index + 1 + count,
                is_old=program == "llama",
            )
    elif word in server_modules():
        return Start(
            kind=MODULE,
            first=index,
            end=index + 1,
            is_old=True,
        )
    return None


def program_of(word: str) -> str:
    """Return the name of a program without its folder."""
    return word.rsplit("/", 1)[-1]


CONTAINER_ENGINES: Final = ("docker", "podman", "nerdctl")
_VERBS: Final = ("run", "create")


def find_server_run(words: Sequence[str]) -> int | None:
    """Return which word names the image of a server that is run; None if none."""
    programs = [program_of(word) for word in words[:3]]
    if not any(name in CONTAINER_ENGINES for name in programs):
        return None
    if not any(verb in words[:4] for verb in _VERBS):
        return None
    for index, word in enumerate(words):
        if index and is_server_image(word) and "=" not in word:
            return index
    return None
