"""Servers that files start which are no YAML, and the variables set for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.dockerfile_text import (
    Instruction,
    Stage,
    find_evidence,
    read_stages,
)
from stackcfg.manifests.file_kinds import DOCKERFILE, SCRIPT, UNIT, kind_of
from stackcfg.manifests.server_evidence import find_start_in, script_index
from stackcfg.manifests.server_start import find_server_run
from stackcfg.manifests.shell_text import (
    ShellCommand,
    ShellWord,
    find_commands,
    find_words,
)
from stackcfg.manifests.unit_text import COMMANDS, read_settings, start_of_command
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import is_old_image, is_server_image

_NAME: Final = lazy_pattern(r"[A-Za-z_]\w*")
_EXPORTS: Final = ("export", "declare", "typeset")
_VARIABLE_FLAGS: Final = ("-e", "--env")


class SetVariable(NamedTuple):
    """A variable: its name, and where that begins in the file.

    Without `has_value`, it has that of another variable of this name.
    """

    name: str
    start: int
    has_value: bool = True

    @property
    def end(self) -> int:
        """Where the name ends in the file."""
        return self.start + len(self.name)


class StartedServer(NamedTuple):
    """A server that a file certainly starts.

    `is_old`: it is one of llama-stack, not of ogx. `text` is what can
    use the variables besides the server: a script, the command.
    """

    is_old: bool
    variables: tuple[SetVariable, ...]
    text: str

    def uses(self, name: str) -> bool:
        """Return whether something else than the server uses a variable."""
        return re.search(rf"\$\{{?{name}\b", self.text) is not None


class _Part(NamedTuple):
    """A part of a file's text; offsets in `text` count from `start`."""

    text: str
    start: int = 0

    def inner(self, word: ShellWord) -> _Part | None:
        """Return the text of a word; None where it has escapes."""
        if word.inner < 0:
            return None
        return _Part(word.value, self.start + word.inner)

    def variable(self, word: ShellWord) -> SetVariable | None:
        """Return the variable that a word `NAME=VALUE` or `NAME` is."""
        name, equals, _ = word.value.partition("=")
        start = word.start
        if self.text[start : start + 1] in ("'", '"'):
            start += 1
        is_name = _NAME.fullmatch(name) is not None
        if not is_name or not self.text.startswith(name, start):
            return None
        return SetVariable(name, self.start + start, bool(equals))

    def variables(self, words: Sequence[ShellWord]) -> list[SetVariable]:
        """Return the variables that words set, with a value or without."""
        found = map(self.variable, words)
        return [each for each in found if each is not None]


def read_started_servers(file: str, text: str) -> list[StartedServer] | None:
    """Return the servers that a file starts; None for a file of another kind."""
    kind = kind_of(file, text)
    if kind == SCRIPT:
        return list(_servers_in(_Part(text), text))
    if kind == UNIT:
        return list(_read_unit(text))
    if kind == DOCKERFILE:
        return list(_read_dockerfile(text))
    return None


def _servers_in(part: _Part, whole: str) -> Iterator[StartedServer]:
    """Yield the servers that shell text starts; `whole` is all of the script."""
    exported: list[SetVariable] = []
    for command in find_commands(part.text):
        if command.values[:1] and command.values[0] in _EXPORTS:
            exported += part.variables(command.words[1:])
        inner = _inner_script(part, command)
        image = find_server_run(command.values)
        if inner is not None:
            yield from _servers_in(inner, whole)
        elif image is not None:
            is_old = is_old_image(command.values[image])
            variables = _container_variables(part, command, image)
            yield StartedServer(is_old, tuple(variables), whole)
        else:
            yield from _server_of_command(
                part,
                command,
                exported,
                whole,
            )


def _inner_script(part: _Part, command: ShellCommand) -> _Part | None:
    index = script_index(command.values)
    if index is None:
        return None
    return part.inner(command.words[index])


def _server_of_command(
    part: _Part, command: ShellCommand, exported: list[SetVariable], whole: str
) -> Iterator[StartedServer]:
    start = find_start_in(command.values)
    if start is None:
        return
    # `env NAME=VALUE ogx run` has its variables among the words
    before = [word for word in command.words[: start.first] if word.is_assignment]
    own = part.variables([*command.assignments, *before])
    yield StartedServer(start.is_old, (*exported, *own), whole)


def _container_variables(
    part: _Part, command: ShellCommand, image: int
) -> Iterator[SetVariable]:
    """Yield the variables that `docker run` sets, in one word or in two."""
    for index in range(1, image):
        word = command.words[index]
        flag, equals, value = word.value.partition("=")
        if flag not in _VARIABLE_FLAGS:
            continue
        if equals:
            written = part.text[word.start : word.end]
            start = word.start + written.index("=") + 1
            given = word._replace(value=value, start=start)
        else:
            given = command.words[index + 1]
        yield from part.variables([given])


def _read_unit(text: str) -> Iterator[StartedServer]:
    settings = list(read_settings(text))
    variables: list[SetVariable] = []
    commands: list[str] = []
    servers: list[StartedServer] = []
    images: list[str] = []
    for setting in settings:
        part = _Part(text[setting.start : setting.end], setting.start)
        if setting.key == "Environment":
            variables += _pairs_in(part)
        elif setting.key in COMMANDS:
            commands.append(part.text)
            start = start_of_command(text, setting)
            command = _Part(text[start : setting.end], start)
            servers += _servers_in(command, part.text)
        elif setting.key == "Image" and is_server_image(part.text):
            images.append(part.text)
    used = "\n".join(commands)
    for server in servers:
        yield server._replace(variables=(*variables, *server.variables), text=used)
    for image in images:
        if not servers:
            yield StartedServer(is_old_image(image), tuple(variables), used)


def _pairs_in(part: _Part) -> list[SetVariable]:
    """Return the variables of `NAME=VALUE …`."""
    words = find_words(part.text)
    if words and "=" not in words[0].value:
        # `ENV NAME VALUE` of a Dockerfile
        found = part.variables(words[:1])
        return [each._replace(has_value=True) for each in found]
    return [each for each in part.variables(words) if each.has_value]


def _read_dockerfile(text: str) -> Iterator[StartedServer]:
    stages = read_stages(text)
    for stage in stages:
        evidence = find_evidence(text, stage)
        if evidence is None or not evidence.is_proved:
            continue
        chain = _with_bases(stage, stages)
        instructions = [each for one in chain for each in one.instructions]
        variables = list(_variables_of(text, instructions))
        used = [each.rest(text) for each in instructions if each.word != "ENV"]
        yield StartedServer(evidence.is_old, tuple(variables), "\n".join(used))


def _variables_of(
    text: str, instructions: Sequence[Instruction]
) -> Iterator[SetVariable]:
    """Yield what `ENV` sets, and what commands in shell form set themselves."""
    for each in instructions:
        part = _Part(each.rest(text), each.start)
        if each.word == "ENV":
            yield from _pairs_in(part)
        elif each.word in ("CMD", "ENTRYPOINT"):
            for server in _servers_in(part, part.text):
                yield from server.variables


def _with_bases(stage: Stage, stages: Sequence[Stage]) -> list[Stage]:
    """Return a stage behind those whose variables it has, the first one first."""
    named = {each.name: each for each in stages if each.name}
    chain = [stage]
    base = named.get(stage.base)
    while base is not None and base not in chain:
        chain.insert(0, base)
        base = named.get(base.base)
    return chain
