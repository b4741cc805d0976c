"""The command that starts a server, and what ogx has instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.deployment.environment.arguments import (
    Launch,
    NewCommand,
    NewWord,
    rewrite_arguments,
)
from stackcfg.deployment.environment.built_starts import rewrite_built
from stackcfg.deployment.environment.images import new_requirements
from stackcfg.light_typing import Final
from stackcfg.manifests.server_start import (
    BUILD,
    CLI,
    UVICORN,
    Start,
    program_of,
)
from stackcfg.releases.server_environment import (
    NEW_FACTORY,
    NEW_MODULE,
    SHORT_COMMAND_SINCE,
)

INSECURE: Final = "--insecure"


def rewrite_start(
    words: Sequence[str],
    start: Start,
    launch: Launch,
) -> NewCommand:
    """Return the command for ogx; what is in front of the start stays."""
    before = words_before(words, start, launch)
    if start.kind == UVICORN:
        factory = NewWord(NEW_FACTORY, start.first)
        after = [
            NewWord(word, index)
            for index, word in enumerate(words[start.end :], start.end)
        ]
        return NewCommand((*before, factory, *after))
    program = list(_program(words, start, launch, before))
    arguments = _arguments(words, start, launch)
    if launch.demands_flag and INSECURE not in words:
        program.append(NewWord(INSECURE))
    return arguments._replace(words=(*before, *program, *arguments.words))


def _program(
    words: Sequence[str], start: Start, launch: Launch, before: list[NewWord]
) -> Iterator[NewWord]:
    """Yield the words of the new program; `before` may lose an interpreter."""
    program = new_program(words, start, before)
    run: int | None = start.end - 1
    if program.source == run:
        run = None
    yield program
    if launch.target < SHORT_COMMAND_SINCE:
        yield NewWord("stack")
    yield NewWord("run", run)


def _arguments(words: Sequence[str], start: Start, launch: Launch) -> NewCommand:
    if words[start.end - 1] == BUILD:
        return rewrite_built(words, start.end)
    return rewrite_arguments(words, launch, start.end)


def words_before(
    words: Sequence[str],
    start: Start,
    launch: Launch,
) -> list[NewWord]:
    """Return the words in front of a command of llama-stack."""
    before = words[: start.first]
    if start.is_old:
        before = new_requirements(before, launch.target)
    return [NewWord(word, index) for index, word in enumerate(before)]


def new_program(
    words: Sequence[str],
    start: Start,
    before: list[NewWord],
) -> NewWord:
    """Return the word for the program of ogx; `before` may lose an
    interpreter.
    """
    first = start.first
    if start.kind == CLI:
        folder = words[first].removesuffix(program_of(words[first]))
        return NewWord(folder + "ogx", first)
    if _is_plain_python(words, start):
        # `python -m module` becomes `ogx`
        program = NewWord("ogx", before[-2].source)
        del before[-2:]
        return program
    return NewWord(NEW_MODULE, first)


def _is_plain_python(words: Sequence[str], start: Start) -> bool:
    """Return whether a module of llama-stack runs in the `python` of the path."""
    if start.first < 2 or not start.is_old:
        return False
    program = words[start.first - 2]
    return program.startswith("python") and "/" not in program
