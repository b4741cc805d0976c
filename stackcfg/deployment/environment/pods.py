"""Containers of pods that run the server, in any object of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.chart_strings import ValueRegions
from stackcfg.deployment.environment.chart_values import chart_of
from stackcfg.deployment.environment.chart_variables import FilledContainer, note_left
from stackcfg.deployment.environment.mounted_configs import (
    MountedConfig,
    MountedConfigs,
)
from stackcfg.deployment.environment.object_sources import ObjectSources
from stackcfg.deployment.environment.patch_operations import (
    add_operations,
    follow_words,
)
from stackcfg.deployment.environment.patched_containers import (
    PatchedContainer,
    PatchedContainers,
    merge_containers,
    note_patch,
)
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import Region, ScalarRegion
from stackcfg.deployment.environment.server import Server, SplitVariable, Variable
from stackcfg.deployment.environment.server_change import change_server
from stackcfg.deployment.environment.unproved_readers import note_unproved_reader
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.environment.words import CommandLine
from stackcfg.deployment.environment.yaml_servers import (
    YamlServer,
    name_and_value,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.containers import CONTAINERS, Container, mounted_objects
from stackcfg.manifests.objects import CONFIG_MAP
from stackcfg.manifests.server_evidence import ServerEvidence, find_evidence
from stackcfg.releases.server_environment import is_server_image
from stackcfg.yamltext.document import SCALAR
from stackcfg.yamltext.edits import Edit

MARKS = ("llama", "LLAMA", "ogx", "OGX", "LLS_")
_COMMANDS = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")


class _Surroundings(NamedTuple):
    """What containers of a run have from other objects."""

    configs: MountedConfigs
    objects: ObjectSources
    patched: PatchedContainers
    sources: VariableSources
    filled: list[FilledContainer]


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in the containers that run the server."""
    if not files.settings.is_for_ogx:
        return
    sources = VariableSources(files.settings.release)
    patched = PatchedContainers(files)
    around = _Surroundings(
        configs=MountedConfigs(files),
        objects=ObjectSources(files, sources, patched),
        patched=patched,
        sources=sources,
        filled=[],
    )
    for name in _names_of(files):
        for places in around.patched.by_place(name).values():
            found = {
                each.own.place: list(_change_container(files, each, around))
                for each in places
            }
            yield from merge_containers(found, places[0].own)
    yield from _note_unproved_readers(files, around)
    yield from note_left(files, around.filled)
    yield from around.configs.changes()
    yield from sources.changes()


def _names_of(files: DeploymentFiles) -> list[str]:
    """Return the files in which containers can be for the server: what
    says so can be in the base of a patch, or in the values of a chart.
    """
    pods = files.holding(CONTAINERS)
    templates = [name for name in pods if chart_of(name) is not None]
    return list(dict.fromkeys((*files.holding(*MARKS), *files.patches, *templates)))


def _change_container(
    files: DeploymentFiles, container: PatchedContainer, around: _Surroundings
) -> DeploymentChanges:
    evidence = find_evidence(container.whole)
    starts = evidence is not None and evidence.start is not None
    if container.is_patch and container.base is None and not starts:
        yield from note_patch(container, evidence, files.settings.release)
    elif evidence is not None:
        yield from _change(files, container, evidence, around)


def _note_unproved_readers(
    files: DeploymentFiles, around: _Surroundings
) -> DeploymentChanges:
    for name in files.holding(CONTAINERS):
        for each in around.patched.read(name):
            container, configs = each.whole, around.configs
            mounted = configs.without_server(_mounted_configs(container, configs))
            if not mounted or container.is_init or find_evidence(container) is not None:
                continue
            yield from note_unproved_reader(container, mounted, files.settings)


def _mounted_configs(
    container: Container, configs: MountedConfigs
) -> list[MountedConfig]:
    """Return the run configs of this run that a container mounts."""
    return [
        config
        for kind, name in mounted_objects(container)
        for config in configs.held_by(kind, name, container.namespace)
    ]


def _change(
    files: DeploymentFiles,
    found: PatchedContainer,
    evidence: ServerEvidence,
    around: _Surroundings,
) -> DeploymentChanges:
    changes = PlaceChanges(found.own.file, found.own.place)
    filled: Sequence[FilledContainer | None] = (None,)
    if found.filled and evidence.proves_old:
        filled = found.filled
        around.filled.extend(found.filled)
    for each in reversed(filled):
        # other values than those of the chart itself change only themselves
        changes = PlaceChanges(found.own.file, found.own.place)
        _change_server(files, found, evidence, around, changes, each)
    yield from changes.changes()


def _change_server(
    files: DeploymentFiles,
    found: PatchedContainer,
    evidence: ServerEvidence,
    around: _Surroundings,
    changes: PlaceChanges,
    filled: FilledContainer | None,
) -> None:
    """Collect what changes in a container, and in what it has from elsewhere."""
    container = found.own
    yaml = YamlServer(container)
    mounted = _mounted_configs(found.whole, around.configs)
    server = _read_server(yaml, found, evidence)
    server.configs = [config.text for config in mounted]
    # it reads a config that is not in this run
    kinds = [kind for kind, _ in mounted_objects(found.whole)]
    server.names_unknown_config = not mounted and CONFIG_MAP in kinds
    yaml.note_shared(server, changes)
    found.inherit(server, files.settings.release)
    if evidence.proves_old:
        around.objects.read(container, server, changes)
    values = None
    if filled is not None:
        filled.inherit(server, around.sources, files)
        values = ValueRegions(filled.values, server)
    renaming = change_server(server, changes, files.settings.release)
    if values is not None:
        values.finish(changes, around.sources)
    follow_words(server, yaml, changes)
    changes.add_edits(*yaml.list_edits(server.command))
    changes.add_regions(*server.regions)
    changes.add_evidence(evidence, container.node.start)
    around.configs.move(mounted, renaming, evidence)


def _read_server(
    yaml: YamlServer, found: PatchedContainer, evidence: ServerEvidence
) -> Server:
    """Return a container as a server whose strings can be changed."""
    server = Server(yaml.node.start, evidence.is_old)
    server.variables = list(_read_variables(yaml))
    parts = [*yaml.list_words("command"), *yaml.list_words("args")]
    if parts:
        server.command = CommandLine(*parts)
    server.image = next(yaml.strings("image"), None)
    if found.image:
        # the kustomization that puts it in says it anew
        server.image, server.inherited_image = None, found.image
    server.mounts = list(_mount_paths(yaml))
    server.others = list(yaml.strings(*_COMMANDS, "workingDir"))
    is_known = is_server_image(found.whole.image)
    server.runs_image = is_known and not found.whole.overrides_entrypoint
    server.drop_arguments = lambda: yaml.remove("args")
    if found.base is not None:
        # without a list, those of the base would be back
        server.drop_arguments = lambda: yaml.empty("args")
    if found.can_add_operations:
        server.add_variables = lambda pairs: add_operations(
            yaml, pairs, found.sets_variables
        )
    elif not yaml.is_flow:
        server.add_variables = lambda pairs: _add_variables(yaml, pairs)
    return server


def _read_variables(yaml: YamlServer) -> Iterator[Variable]:
    """Yield the variables under `env`."""
    env = yaml.own("env")
    if env is None:
        return
    for item in env.items:
        name, value = item.target.get("name"), item.target.get("value")
        if name is None or name.kind != SCALAR:
            continue
        text: Region | None = None
        if value is not None and value.kind == SCALAR:
            text = ScalarRegion(yaml.document, value, item.target.flow)
        yield SplitVariable(ScalarRegion(yaml.document, name, item.target.flow), text)


def _mount_paths(yaml: YamlServer) -> Iterator[Region]:
    """Yield the folders that volumes are mounted at."""
    mounts = yaml.node.get("volumeMounts")
    if mounts is None:
        return
    for item in mounts.items:
        path = item.target.get("mountPath")
        if path is not None and path.kind == SCALAR:
            yield ScalarRegion(yaml.document, path, item.target.flow)


def _add_variables(yaml: YamlServer, pairs: Sequence[tuple[str, str]]) -> list[Edit]:
    lines = [name_and_value(*pair) for pair in pairs]
    env = yaml.node.get("env")
    if env is not None and env.flow:
        return yaml.append_flow(env, [f"{{{', '.join(pair)}}}" for pair in lines])
    if env is not None and env.items:
        return yaml.append_items(env, lines)
    below = [text for first, second in lines for text in (f"- {first}", f"  {second}")]
    return yaml.insert_block("env", below)
