"""Services of compose files that run the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.mounted_configs import (
    MountedConfig,
    MountedConfigs,
)
from stackcfg.deployment.environment.pods import MARKS
from stackcfg.deployment.environment.regions import (
    PartRegion,
    PlaceChanges,
    Region,
    ScalarRegion,
)
from stackcfg.deployment.environment.server import (
    PairVariable,
    Server,
    SplitVariable,
    Variable,
)
from stackcfg.deployment.environment.server_change import change_server
from stackcfg.deployment.environment.variable_sources import FILE_OF_VARIABLES
from stackcfg.deployment.environment.words import (
    CommandLine,
    SpanWords,
    Words,
    quote_shell,
)
from stackcfg.deployment.environment.yaml_servers import YamlServer
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.errors import InputError
from stackcfg.manifests.containers import Container, read_services, split_volume
from stackcfg.manifests.dockerfile_text import evidence_of_image
from stackcfg.manifests.server_evidence import ServerEvidence, find_evidence
from stackcfg.manifests.shell_text import ShellError, read_commands
from stackcfg.migration.changes import CHECK
from stackcfg.paths import list_at
from stackcfg.releases.server_environment import is_server_image
from stackcfg.yamltext.document import MAPPING, SCALAR, SEQUENCE, ParseError
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted, emit_scalar

_HAS_TARGET: Final = 2


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in the services that run the server."""
    if not files.settings.is_for_ogx:
        return
    configs = MountedConfigs(files)
    for name in files.holding(*MARKS):
        if "services:" not in files.texts[name]:
            continue
        try:
            services = list(read_services(files.documents(name), name))
        except (InputError, ParseError):
            continue
        for service in services:
            build = _find_build(files, service)
            evidence = _evidence_of(service, build)
            if evidence is not None:
                mounted = configs.copied(build.file, build.text)
                yield from _change(files, service, evidence, configs, mounted)
    yield from configs.changes()


def _change(
    files: DeploymentFiles,
    service: Container,
    evidence: ServerEvidence,
    configs: MountedConfigs,
    copied: list[MountedConfig],
) -> DeploymentChanges:
    yaml = YamlServer(service)
    sources = [source for source, _ in _volumes(service)]
    mounted = list(copied)
    for source in sources:
        mounted += configs.file(service.file, source)
    server = _read_server(yaml, evidence)
    server.configs = [config.text for config in mounted]
    changes = PlaceChanges(service.file, service.place)
    yaml.note_shared(server, changes)
    renaming = change_server(server, changes, files.settings.release)
    changes.add_edits(*yaml.list_edits(server.command))
    changes.add_regions(*server.regions)
    changes.add_evidence(evidence, service.node.start)
    named = yaml.node.get("env_file")
    if named is not None and evidence.is_old:
        changes.note(CHECK, FILE_OF_VARIABLES, named.start)
    configs.move(mounted, renaming)
    yield from changes.changes()


class _Build(NamedTuple):
    """The Dockerfile of a service, if the run has it; else both are empty."""

    file: str = ""
    text: str = ""

    @property
    def evidence(self) -> ServerEvidence | None:
        """Why the image runs the server."""
        found = evidence_of_image(self.text)
        if found is None:
            return None
        reason = "its image is built in this run and starts the server"
        return ServerEvidence(reason, found.is_old)


def _find_build(files: DeploymentFiles, service: Container) -> _Build:
    build = service.data.get("build")
    context = build
    name = "Dockerfile"
    if isinstance(build, dict):
        context = build.get("context", ".")
        name = str(build.get("dockerfile", name))
    if not isinstance(context, str):
        return _Build()
    file = files.name_beside(service.file, f"{context}/{name}")
    if file is None:
        return _Build()
    return _Build(file, files.texts[file])


def _evidence_of(service: Container, build: _Build) -> ServerEvidence | None:
    found = find_evidence(service)
    if found is not None and found.is_proved:
        return found
    return build.evidence or found


def _volumes(service: Container) -> Iterator[tuple[str, str]]:
    for volume in list_at(service.data, ("volumes",)):
        if isinstance(volume, str):
            parts = split_volume(volume)
            if len(parts) >= _HAS_TARGET:
                yield parts[0], parts[1]
        elif isinstance(volume, dict):
            yield str(volume.get("source", "")), str(volume.get("target", ""))


def _read_server(yaml: YamlServer, evidence: ServerEvidence) -> Server:
    service = yaml.container
    server = Server(service.node.start, evidence.is_old)
    server.is_interpolated = True
    server.variables = list(_read_variables(yaml))
    parts = [*_read_words(yaml, "entrypoint"), *_read_words(yaml, "command")]
    if parts:
        server.command = CommandLine(*parts)
    server.image = next(iter(yaml.scalar("image")), None)
    server.mounts = list(_mount_paths(yaml))
    server.others = [
        region for key in ("healthcheck", "working_dir") for region in yaml.scalar(key)
    ]
    is_known = is_server_image(service.image)
    server.runs_image = is_known and not service.overrides_entrypoint
    server.is_built = "build" in service.data
    server.drop_arguments = lambda: yaml.remove("command")
    if not yaml.is_flow:
        server.add_variables = lambda pairs: _add_variables(yaml, pairs)
    return server


def _read_variables(yaml: YamlServer) -> Iterator[Variable]:
    environment = yaml.own("environment")
    if environment is None:
        return
    flow = environment.flow
    for item in environment.items:
        if item.target.kind == SCALAR:
            yield PairVariable(ScalarRegion(yaml.document, item.target, flow))
    for key, value in environment.entries:
        if value.named is not None or key.text == "<<":
            continue
        text: Region | None = None
        if value.kind == SCALAR and not value.is_null:
            text = ScalarRegion(yaml.document, value, flow)
        yield SplitVariable(ScalarRegion(yaml.document, key.target, flow), text)


def _read_words(yaml: YamlServer, key: str) -> list[Words]:
    node = yaml.node.get(key)
    if node is None or node.kind == SEQUENCE:
        return [*yaml.list_words(key)]
    if node.kind != SCALAR:
        return []
    region = ScalarRegion(yaml.document, node)
    try:
        commands = read_commands(node.text)
    except ShellError:
        return []
    # compose runs no shell: what would end a command there is a word here
    words = [word for command in commands for word in command.words]
    return [SpanWords(region, words, quote_shell)]


def _mount_paths(yaml: YamlServer) -> Iterator[Region]:
    volumes = yaml.node.get("volumes")
    if volumes is None:
        return
    for item in volumes.items:
        node = item.target
        if node.kind == MAPPING:
            target = node.get("target")
            if target is not None and target.kind == SCALAR:
                yield ScalarRegion(yaml.document, target, node.flow)
        elif node.kind == SCALAR:
            whole = ScalarRegion(yaml.document, node)
            parts = split_volume(node.text)
            if len(parts) >= _HAS_TARGET:
                start = len(parts[0]) + 1
                yield PartRegion(whole, start, start + len(parts[1]))


def _add_variables(yaml: YamlServer, pairs: Sequence[tuple[str, str]]) -> list[Edit]:
    environment = yaml.node.get("environment")
    listed = [[emit_scalar("=".join(pair))] for pair in pairs]
    if environment is not None and environment.items and not environment.flow:
        return yaml.append_items(environment, listed)
    entries = [f"{name}: {emit_quoted(value)}" for name, value in pairs]
    if environment is not None and environment.entries and not environment.flow:
        return yaml.append_entries(environment, entries)
    return yaml.insert_block("environment", [f"  {each}" for each in entries])
