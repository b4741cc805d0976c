"""Dockerfiles that build or start the server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.mounted_configs import (
    MountedConfig,
    MountedConfigs,
)
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.plain_files import (
    PlainText,
    add_lines,
    change_plain_file,
    files_of_kind,
)
from stackcfg.deployment.environment.regions import RawRegion, Region
from stackcfg.deployment.environment.server import Server, SplitVariable
from stackcfg.deployment.environment.server_change import change_server
from stackcfg.deployment.environment.words import (
    CommandLine,
    SpanWords,
    Words,
    quote_json,
    quote_shell,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.manifests.dockerfile_text import (
    FLAGS,
    Instruction,
    Stage,
    copied_files,
    find_evidence,
    read_stages,
)
from stackcfg.manifests.file_kinds import DOCKERFILE, SCRIPT, kind_of
from stackcfg.manifests.home_paths import move_home_paths
from stackcfg.manifests.json_words import read_json_words
from stackcfg.manifests.server_evidence import (
    ServerEvidence,
    find_start_in_script,
)
from stackcfg.manifests.shell_text import ShellWord, find_words
from stackcfg.migration.changes import CHECK
from stackcfg.releases.server_environment import (
    is_server_image,
)
from stackcfg.yamltext.edits import Edit

_STARTERS: Final = ("CMD", "ENTRYPOINT")
_OTHERS: Final = ("COPY", "ADD", "WORKDIR", "VOLUME", "HEALTHCHECK", "ONBUILD")


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in Dockerfiles that start the server."""
    configs = MountedConfigs(files)
    change = partial(_change_file, configs)
    for name in files_of_kind(files, DOCKERFILE):
        yield from change_plain_file(files, name, change)
    yield from configs.changes()


def _change_file(configs: MountedConfigs, text: PlainText) -> Iterator[PlaceChanges]:
    """Yield what changes in each stage that belongs to a server."""
    stages = read_stages(text.body)
    evidence = _find_servers(configs, text, stages)
    is_old = any(each.is_old for each in evidence.values())
    copied = configs.copied(text.file, text.body)
    for stage in _with_sources(text.body, stages, list(evidence)):
        place = f"stage {stage.name or stages.index(stage)}"
        changes = PlaceChanges(text.file, place)
        found = evidence.get(stage)
        if found is None:
            found = ServerEvidence("another stage takes from it", is_old)
        renaming = _change_stage(
            text,
            stage,
            found,
            changes,
            copied,
        )
        configs.move(copied, renaming, found)
        yield changes


def _find_servers(
    configs: MountedConfigs, text: PlainText, stages: Sequence[Stage]
) -> dict[Stage, ServerEvidence]:
    found: dict[Stage, ServerEvidence] = {}
    for stage in stages:
        evidence = find_evidence(text.body, stage)
        if evidence is None and stage == stages[-1]:
            evidence = _evidence_of_script(configs, text)
        if evidence is not None:
            found[stage] = evidence
    return found


def _evidence_of_script(
    configs: MountedConfigs, text: PlainText
) -> ServerEvidence | None:
    for path in copied_files(text.body):
        script = configs.files.beside(text.file, path)
        start = None
        if script is not None and kind_of(path, script) == SCRIPT:
            start = find_start_in_script(script)
        if start is not None:
            return ServerEvidence(f"'{path}' starts the server", start.is_old, start)
    return None


def _with_sources(
    text: str, stages: Sequence[Stage], servers: Sequence[Stage]
) -> list[Stage]:
    named = {str(index): stage for index, stage in enumerate(stages)}
    named |= {stage.name: stage for stage in stages if stage.name}
    wanted: list[Stage] = []
    waiting = list(servers)
    while waiting:
        stage = waiting.pop()
        if stage not in wanted:
            wanted.append(stage)
            sources = map(named.get, _sources_of(text, stage))
            waiting += [source for source in sources if source is not None]
    return [stage for stage in stages if stage in wanted]


def _sources_of(text: str, stage: Stage) -> Iterator[str]:
    """Yield the names of what a stage is made from or copies from."""
    yield stage.base
    for each in stage.instructions:
        yield from re.findall(r"--from=(\S+)", each.rest(text))


def _change_stage(
    text: PlainText,
    stage: Stage,
    evidence: ServerEvidence,
    changes: PlaceChanges,
    copied: Sequence[MountedConfig],
) -> Renaming:
    """Change one stage; return what has other names now."""
    server = _read_server(text.body, stage, evidence)
    server.configs = [config.text for config in copied]
    renaming = change_server(server, changes, text.target)
    for each in stage.instructions:
        if each.word == "VOLUME" and evidence.is_old:
            _note_volume(text.body, each, changes)
    changes.add_regions(*server.regions)
    changes.add_evidence(evidence, stage.instructions[0].line)
    return renaming


def _note_volume(
    text: str,
    each: Instruction,
    changes: PlaceChanges,
) -> None:
    """Say that a volume is to be mounted elsewhere."""
    old = each.rest(text)
    new = move_home_paths(old)
    if new != old:
        message = (
            f"whoever mounts a volume at {old} must mount it at {new} now: ogx "
            "copies the files out of a volume at '~/.llama' and deletes them there"
        )
        changes.note(CHECK, message, each.start)


def _read_server(
    text: str,
    stage: Stage,
    evidence: ServerEvidence,
) -> Server:
    first = stage.instructions[0]
    server = Server(first.line, evidence.is_old, is_built=True)
    reader = _StageReader(
        text=text,
        stage=stage,
        server=server,
        words=[],
    )
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
        """Read `CMD` or `ENTRYPOINT`, as a list of words or as shell text."""
        words = read_json_words(region.old)
        if words is None:
            self.server.scripts.append(region)
        else:
            self.words.append(
                SpanWords(
                    region,
                    words,
                    quote_json,
                    ", ",
                )
            )


def _is_command(words: Words) -> bool:
    """Put the entrypoint in front of the command, wherever it is written."""
    if not isinstance(words, SpanWords) or not isinstance(words.region, RawRegion):
        return False
    before = words.region.before
    return before.rstrip().upper().endswith("CMD")


def _base_region(text: str, first: Instruction) -> Region:
    """Return the name of the image that a stage is made from."""
    flags = FLAGS.match(text, first.start, first.end)
    start = first.start
    if flags is not None:
        start = flags.end()
    length = len(text[start : first.end].split()[0])
    return RawRegion(text, start, start + length)


def _destination(
    region: RawRegion,
    text: str,
    each: Instruction,
) -> Region:
    """Return the part of an instruction that is a place in the image."""
    if each.word not in ("COPY", "ADD") or "--from=" in region.old:
        return region
    if find_written_configs(region.old):
        # the migration of the run config knows its paths
        return region.part(0, region.old.index("\n"))
    if "<<" in region.old or "[" in region.old or not region.old.split():
        return region
    body = region.old.rstrip()
    start = each.start + len(body) - len(body.split()[-1])
    return RawRegion(text, start, each.start + len(body))


def read_variables(region: RawRegion) -> Iterator[SplitVariable]:
    """Yield the variables of `ENV NAME=VALUE …` or `ENV NAME VALUE`."""
    words = find_words(region.old)
    if words and "=" not in words[0].value:
        name = region.part(words[0].start, words[0].end)
        behind = region.old[words[0].end :]
        begin = len(region.old) - len(behind.lstrip())
        yield SplitVariable(name, region.part(begin, len(region.old.rstrip())))
        return
    for word in words:
        raw = region.old[word.start : word.end]
        name_end = word.start + len(raw.partition("=")[0])
        yield _pair(region, word, name_end)


def _pair(region: RawRegion, word: ShellWord, name_end: int) -> SplitVariable:
    """Return a variable whose value may have quotes, which stay."""
    start, end = name_end + 1, word.end
    if region.old[start : start + 1] in ('"', "'") and end - start > 1:
        start, end = start + 1, end - 1
    begin = word.start
    if region.old[begin] in ('"', "'"):
        begin, end = begin + 1, word.end - 1
    return SplitVariable(region.part(begin, name_end), region.part(start, end))


def _place_of_start(stage: Stage) -> int:
    """Return where variables of the start command can be set."""
    starts = [each.line for each in stage.instructions if each.word in _STARTERS]
    return min(starts, default=stage.instructions[-1].line)


def _add_variables(
    text: str, place: int, pairs: Sequence[tuple[str, str]]
) -> list[Edit]:
    """Return the edit that sets more variables in front of the start command."""
    lines = [f"ENV {name}={quote_shell(value)}" for name, value in pairs]
    return add_lines(text, place, lines)
