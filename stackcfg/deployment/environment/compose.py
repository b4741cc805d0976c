"""Services of compose files that run the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.compose_services import (
    ComposeService,
    env_files_of,
    find_other_users,
    find_services,
)
from stackcfg.deployment.environment.env_files import EnvFiles, EnvFileUser
from stackcfg.deployment.environment.mounted_configs import (
    MountedConfig,
    MountedConfigs,
)
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import PartRegion, Region, ScalarRegion
from stackcfg.deployment.environment.server import (
    PairVariable,
    Server,
    SplitVariable,
    Variable,
    VariableSource,
)
from stackcfg.deployment.environment.server_change import change_server
from stackcfg.deployment.environment.unproved_readers import note_unproved_reader
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.environment.words import (
    CommandLine,
    SpanWords,
    Words,
    quote_shell,
)
from stackcfg.deployment.environment.yaml_servers import YamlServer
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.containers import Container, span_of_target, split_volume
from stackcfg.manifests.server_evidence import ServerEvidence
from stackcfg.manifests.shell_text import find_commands
from stackcfg.paths import list_at
from stackcfg.releases.server_environment import is_server_image
from stackcfg.yamltext.document import MAPPING, SCALAR, SEQUENCE, Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted, emit_scalar


class _Surroundings(NamedTuple):
    """What services of a run have from other files, and all of them."""

    files: DeploymentFiles
    services: Sequence[ComposeService]
    configs: MountedConfigs
    sources: VariableSources
    env_files: EnvFiles


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in the services that run the server."""
    if not files.settings.is_for_ogx:
        return
    services = find_services(files)
    sources = VariableSources(files.settings.release)
    env_files = _find_env_files(files, services, sources)
    around = _Surroundings(
        files,
        services,
        MountedConfigs(files),
        sources,
        env_files,
    )
    for service in services:
        if service.evidence is not None:
            yield from _change(service, service.evidence, around)
    for service in services:
        if service.evidence is None:
            yield from _note_reader(service, around)
    yield from around.configs.changes()
    yield from sources.changes()
    yield from env_files.changes()


def _note_reader(service: ComposeService, around: _Surroundings) -> DeploymentChanges:
    """Yield a note if a service that stays as it is reads a
    run config of the run.
    """
    mounted: list[MountedConfig] = []
    for source in _volume_sources(service.whole):
        mounted += around.configs.file(service.container.file, source)
    mounted += around.configs.of_service(service.whole)
    mounted = around.configs.without_server(mounted)
    yield from note_unproved_reader(service.container, mounted, around.files.settings)


def _find_env_files(
    files: DeploymentFiles,
    services: Sequence[ComposeService],
    sources: VariableSources,
) -> EnvFiles:
    users: list[EnvFileUser] = []
    for service in services:
        file = service.container.file
        for path, offset in env_files_of(service.container):
            changes = not any(find_other_users(service.container, services))
            users.append(EnvFileUser(file, path, offset, changes))
    return EnvFiles(files, sources, users)


def _change(
    service: ComposeService, evidence: ServerEvidence, around: _Surroundings
) -> DeploymentChanges:
    container = service.container
    yaml = YamlServer(container)
    mounted = around.configs.copied(service.build.file, service.build.text)
    for source in _volume_sources(service.whole):
        mounted += around.configs.file(container.file, source)
        mounted += around.configs.folder(container.file, source)
    mounted += around.configs.of_service(service.whole)
    for base in service.bases:
        mounted += around.configs.of_service(base)
    server = _read_server(yaml, service, evidence)
    server.configs = [config.text for config in mounted]
    changes = PlaceChanges(container.file, container.place)
    yaml.note_shared(server, changes)
    if service.changes_names:
        _read_sources(
            service,
            server,
            changes,
            around,
        )
    renaming = change_server(server, changes, around.files.settings.release)
    changes.add_edits(*yaml.list_edits(server.command))
    changes.add_regions(*server.regions)
    changes.add_evidence(evidence, container.node.start)
    around.configs.move(mounted, renaming, evidence)
    yield from changes.changes()


def _read_sources(
    service: ComposeService,
    server: Server,
    changes: PlaceChanges,
    around: _Surroundings,
) -> None:
    """Let a service have the variables of files,
    and of services that it extends.
    """
    for each in reversed((service.container, *service.bases)):
        for path, offset in env_files_of(each):
            around.env_files.read(
                each.file,
                path,
                server,
                changes,
                offset,
            )
    for base in reversed(service.bases):
        _read_base(base, server, around)


def _read_base(
    base: Container,
    server: Server,
    around: _Surroundings,
) -> None:
    """Let a service have the variables of one that it extends."""
    variables = list(_read_variables(YamlServer(base)))
    changes = PlaceChanges(base.file, base.place)
    for each in around.services:
        if each.container.node is base.node and each.evidence is not None:
            # it changes on its own
            server.sources.append(VariableSource(changes, variables))
            return
    others = list(find_other_users(base, around.services))
    around.sources.add(server, changes, variables, lambda _name: others)


def _volume_sources(service: Container) -> Iterator[str]:
    """Yield what a service mounts: files, folders, names of volumes."""
    for volume in list_at(service.data, ("volumes",)):
        if isinstance(volume, str):
            source, *target = split_volume(volume)
            if target:
                yield source
        elif isinstance(volume, dict):
            yield str(volume.get("source", ""))


def _read_server(
    yaml: YamlServer, service: ComposeService, evidence: ServerEvidence
) -> Server:
    """Return a service as a server whose strings can be changed."""
    whole = service.whole
    server = Server(yaml.node.start, evidence.is_old)
    server.is_interpolated = True
    server.variables = list(_read_variables(yaml))
    parts = [*_read_words(yaml, "entrypoint"), *_read_words(yaml, "command")]
    if parts:
        server.command = CommandLine(*parts)
    server.image = next(yaml.strings("image"), None)
    server.mounts = list(_mount_paths(yaml))
    server.others = list(yaml.strings("healthcheck", "working_dir"))
    server.inherited_image = whole.image
    is_known = is_server_image(whole.image)
    server.runs_image = is_known and not whole.overrides_entrypoint
    server.is_built = "build" in whole.data
    server.drop_arguments = lambda: yaml.remove("command")
    server.is_patch = service.is_override
    if service.is_override:
        # without a command, that of the other file would be back
        server.drop_arguments = lambda: yaml.empty("command")
    if not yaml.is_flow:
        server.add_variables = lambda pairs: _add_variables(yaml, pairs)
    return server


def _read_variables(yaml: YamlServer) -> Iterator[Variable]:
    """Yield the variables of a service, from a list or a mapping."""
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
    commands = find_commands(node.text)
    if not commands:
        return []
    # compose runs no shell: what would end a command there is a word here
    words = [word for command in commands for word in command.words]
    return [SpanWords(region, words, quote_shell)]


def _mount_paths(yaml: YamlServer) -> Iterator[Region]:
    """Yield the folders in the container that volumes are mounted at."""
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
            yield PartRegion(whole, *span_of_target(node.text))


def _add_variables(yaml: YamlServer, pairs: Sequence[tuple[str, str]]) -> list[Edit]:
    """Return the edits that set more variables, in the form of the others."""
    environment = yaml.node.get("environment")
    if environment is not None and environment.kind == SEQUENCE:
        return _add_items(yaml, environment, pairs)
    entries = [f"{name}: {emit_quoted(value)}" for name, value in pairs]
    if environment is None or environment.kind != MAPPING:
        return yaml.insert_block("environment", [f"  {each}" for each in entries])
    if environment.flow:
        return yaml.append_flow(environment, entries)
    return yaml.append_entries(environment, entries)


def _add_items(
    yaml: YamlServer, listed: Node, pairs: Sequence[tuple[str, str]]
) -> list[Edit]:
    """Return the edits that set more variables in a list."""
    joined = ["=".join(pair) for pair in pairs]
    if listed.flow:
        return yaml.append_flow(listed, [emit_quoted(each) for each in joined])
    return yaml.append_items(listed, [[emit_scalar(each)] for each in joined])
