"""Dockerfiles that build or start the server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.kinds import DOCKERFILE
from stackcfg.deployment.environment.plain_files import (
    PlainText,
    change_plain_file,
    files_of_kind,
)
from stackcfg.deployment.environment.regions import PlaceChanges, RawRegion, Region
from stackcfg.deployment.environment.server import PairVariable, Server, SplitVariable
from stackcfg.deployment.environment.server_change import change_server
from stackcfg.deployment.environment.words import (
    CommandLine,
    SpanWords,
    Words,
    WrittenWord,
    quote_json,
    quote_shell,
    read_json_words,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.home_paths import move_home_paths
from stackcfg.manifests.server_evidence import (
    ServerEvidence,
    find_start_in,
    find_start_in_script,
)
from stackcfg.manifests.shell_text import ShellError, read_commands
from stackcfg.migration.changes import CHECK
from stackcfg.releases.server_environment import (
    is_old_image,
    is_server_image,
    renamed_variables,
)
from stackcfg.yamltext.edits import Edit

_INSTRUCTION: Final = re.compile(r"[ \t]*([A-Za-z]+)[ \t]+")
_HEREDOC: Final = re.compile(r"<<-?[ \t]*(['\"]?)([\w.-]+)\1")
_FLAG: Final = re.compile(r"(?:--\S+[ \t]+)*")
_STAGE_NAME: Final = re.compile(r"\s+(?i:AS)\s+(\S+)\s*$")
_STARTERS: Final = ("CMD", "ENTRYPOINT")
_OTHERS: Final = ("COPY", "ADD", "WORKDIR", "VOLUME", "HEALTHCHECK", "ONBUILD")
_PACKAGE: Final = re.compile(r"\bllama[-_]stack(?![-_\w])")


class Instruction(NamedTuple):
    """An instruction: its word, and the span of what follows it."""

    word: str
    line: int
    start: int
    end: int

    def rest(self, text: str) -> str:
        """Return what follows the word."""
        return text[self.start : self.end]


class Stage(NamedTuple):
    """A stage: what it is made from, its name, its instructions."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def last(self, word: str) -> Instruction | None:
        """Return the last instruction of a word, which counts."""
        found = [each for each in self.instructions if each.word == word]
        return found[-1] if found else None


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in Dockerfiles that start the server."""
    for name in files_of_kind(files, DOCKERFILE):
        yield from change_plain_file(files, name, _change_file)


def _change_file(text: PlainText) -> Iterator[PlaceChanges]:
    stages = read_stages(text.body)
    servers = [stage for stage in stages if find_evidence(text.body, stage)]
    if not servers:
        return
    wanted = _with_sources(text.body, stages, servers)
    for stage in stages:
        if stage not in wanted:
            continue
        place = f"stage {stage.name or stages.index(stage)}"
        changes = PlaceChanges(text.file, place)
        evidence = find_evidence(text.body, stage)
        if evidence is None:
            evidence = ServerEvidence(
                "another stage takes from it", servers is not None
            )
        _change_stage(text, stage, evidence, changes)
        yield changes


def read_instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions; a continued one is one."""
    at = 0
    while at < len(text):
        match = _INSTRUCTION.match(text, at)
        end = _line_end(text, at)
        if match is None or text[at:end].lstrip().startswith("#"):
            at = end + 1
            continue
        end = _end_of_instruction(text, at)
        yield Instruction(match[1].upper(), at, match.end(), end)
        at = end + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _end_of_instruction(text: str, at: int) -> int:
    end = _line_end(text, at)
    while end < len(text):
        line = text[at:end].rstrip()
        is_comment = line.lstrip().startswith("#")
        if not is_comment and line and not line.endswith("\\"):
            break
        at = end + 1
        end = _line_end(text, at)
    last = text[at:end]
    for match in _HEREDOC.finditer(last):
        close = re.compile(rf"(?m)^[ \t]*{re.escape(match[2])}[ \t]*\r?$")
        found = close.search(text, end)
        if found is not None:
            end = found.end()
    return end - 1 if text[end - 1 : end] == "\r" else end


def read_stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile in order."""
    stages: list[Stage] = []
    for each in read_instructions(text):
        if each.word == "FROM":
            rest = each.rest(text)
            name = _STAGE_NAME.search(rest)
            base = _FLAG.sub("", rest, count=1).split()
            stages.append(
                Stage(base[0] if base else "", name[1] if name else "", (each,))
            )
        elif stages:
            last = stages[-1]
            stages[-1] = last._replace(instructions=(*last.instructions, each))
    return stages


def find_evidence(text: str, stage: Stage) -> ServerEvidence | None:
    """Return why a stage starts the server; None if nothing says so."""
    words: list[str] = []
    for word in ("ENTRYPOINT", "CMD"):
        each = stage.last(word)
        if each is None:
            continue
        listed = read_json_words(each.rest(text))
        if listed is not None:
            words += [item.value for item in listed]
            continue
        start = find_start_in_script(each.rest(text))
        if start is not None:
            return ServerEvidence("it starts the server", start.is_old, start)
    start = find_start_in(words)
    if start is not None:
        return ServerEvidence("it starts the server", start.is_old, start)
    if is_server_image(stage.base):
        is_old = is_old_image(stage.base)
        return ServerEvidence("it is made from an image of the server", is_old)
    return _weak_evidence(text, stage)


def _weak_evidence(text: str, stage: Stage) -> ServerEvidence | None:
    """Return whether a stage installs the server and sets a variable of it."""
    runs = [each.rest(text) for each in stage.instructions if each.word == "RUN"]
    sets = [each.rest(text) for each in stage.instructions if each.word == "ENV"]
    if not any(_PACKAGE.search(each) for each in runs):
        return None
    for variable in renamed_variables().values():
        if not variable.is_shared and any(variable.old in each for each in sets):
            reason = f"it installs llama-stack and sets {variable.old}"
            return ServerEvidence(reason, True, None, False)
    return None


def _with_sources(
    text: str, stages: Sequence[Stage], servers: Sequence[Stage]
) -> list[Stage]:
    """Return the stages of a server, with those that they take anything from."""
    named = {stage.name: stage for stage in stages if stage.name}
    named |= {str(index): stage for index, stage in enumerate(stages)}
    wanted: list[Stage] = []
    waiting = list(servers)
    while waiting:
        stage = waiting.pop()
        if stage in wanted:
            continue
        wanted.append(stage)
        sources = [stage.base]
        for each in stage.instructions:
            sources += re.findall(r"--from=(\S+)", each.rest(text))
        waiting += [named[name] for name in sources if name in named]
    return wanted


def _change_stage(
    text: PlainText, stage: Stage, evidence: ServerEvidence, changes: PlaceChanges
) -> None:
    server = _read_server(text.body, stage, evidence)
    change_server(server, changes, text.target)
    for each in stage.instructions:
        if each.word == "VOLUME" and evidence.is_old:
            _note_volume(text.body, each, changes)
    changes.add_regions(*server.regions)
    changes.add_evidence(evidence, stage.instructions[0].line)


def _note_volume(text: str, each: Instruction, changes: PlaceChanges) -> None:
    old = each.rest(text)
    new = move_home_paths(old)
    if new != old:
        message = (
            f"whoever mounts a volume at {old} must mount it at {new} now: ogx "
            "copies the files out of a volume at '~/.llama' and deletes them there"
        )
        changes.note(CHECK, message, each.start)


def _read_server(text: str, stage: Stage, evidence: ServerEvidence) -> Server:
    first = stage.instructions[0]
    server = Server(first.line, evidence.is_old, is_built=True)
    reader = _StageReader(text, stage, server, [])
    for each in stage.instructions:
        reader.read(each)
    if reader.words:
        server.command = CommandLine(*sorted(reader.words, key=_is_command))
    if is_server_image(stage.base):
        server.image = _base_region(text, first)
        server.is_built = False
        server.runs_image = stage.last("ENTRYPOINT") is None
    place = _place_of_start(stage)
    server.add_variables = lambda pairs: _add_variables(text, place, pairs)
    return server


class _StageReader(NamedTuple):
    """Puts what the instructions of a stage say into a server."""

    text: str
    stage: Stage
    server: Server
    words: list[Words]

    def read(self, each: Instruction) -> None:
        """Read one instruction."""
        region = RawRegion(self.text, each.start, each.end)
        if each.word == "ENV":
            self.server.variables += read_variables(region)
        elif each.word == "ARG":
            self.server.foreign.add(re.split(r"[=\s]", region.old)[0])
        elif each.word == "RUN":
            self.server.scripts.append(region)
        elif each.word in _OTHERS:
            self.server.others.append(_destination(region, self.text, each))
        elif each.word in _STARTERS and self.stage.last(each.word) == each:
            self._read_start(region)

    def _read_start(self, region: RawRegion) -> None:
        words = read_json_words(region.old)
        if words is None:
            self.server.scripts.append(region)
        else:
            self.words.append(SpanWords(region, words, quote_json, ", "))


def _is_command(words: Words) -> bool:
    """Put the entrypoint in front of the command, wherever it is written."""
    if not isinstance(words, SpanWords) or not isinstance(words.region, RawRegion):
        return False
    before = words.region.before
    return before.rstrip().upper().endswith("CMD")


def _base_region(text: str, first: Instruction) -> Region:
    flags = _FLAG.match(text, first.start, first.end)
    start = first.start if flags is None else flags.end()
    length = len(text[start : first.end].split()[0])
    return RawRegion(text, start, start + length)


def _destination(region: RawRegion, text: str, each: Instruction) -> Region:
    """Return the part of an instruction that is a place in the image."""
    if each.word not in ("COPY", "ADD") or "--from=" in region.old:
        return region
    if "<<" in region.old or "[" in region.old:
        return region
    body = region.old.rstrip()
    start = each.start + len(body) - len(body.split()[-1])
    return RawRegion(text, start, each.start + len(body))


def read_variables(region: RawRegion) -> Iterator[PairVariable | SplitVariable]:
    """Yield the variables of `ENV NAME=VALUE …` or `ENV NAME VALUE`."""
    try:
        commands = read_commands(region.old)
    except ShellError:
        return
    words = [
        word for command in commands for word in (*command.assignments, *command.words)
    ]
    if words and "=" not in words[0].value:
        name = RawRegion(region.text, *_moved(region, words[0].start, words[0].end))
        begin = len(region.old[words[0].end :]) - len(
            region.old[words[0].end :].lstrip()
        )
        value = RawRegion(
            region.text, *_moved(region, words[0].end + begin, len(region.old.rstrip()))
        )
        yield SplitVariable(name, value)
        return
    for word in words:
        raw = region.old[word.start : word.end]
        name_end = word.start + raw.index("=") if "=" in raw else word.end
        yield _pair(region, WrittenWord(word.value, word.start, word.end), name_end)


def _pair(region: RawRegion, word: WrittenWord, name_end: int) -> SplitVariable:
    """Return a variable whose value may have quotes, which stay."""
    start, end = name_end + 1, word.end
    if region.old[start : start + 1] in ('"', "'") and end - start > 1:
        start, end = start + 1, end - 1
    begin = word.start
    if region.old[begin] in ('"', "'"):
        begin, end = begin + 1, word.end - 1
    name = RawRegion(region.text, *_moved(region, begin, name_end))
    value = RawRegion(region.text, *_moved(region, start, end))
    return SplitVariable(name, value)


def _moved(region: RawRegion, start: int, end: int) -> tuple[int, int]:
    return region.start + start, region.start + end


def _place_of_start(stage: Stage) -> int:
    """Return where variables of the start command can be set."""
    starts = [each.line for each in stage.instructions if each.word in _STARTERS]
    return min(starts) if starts else stage.instructions[-1].line


def _add_variables(
    text: str, place: int, pairs: Sequence[tuple[str, str]]
) -> list[Edit]:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [f"ENV {name}={quote_shell(value)}{newline}" for name, value in pairs]
    return [Edit(place, place, ("".join(lines),))]
