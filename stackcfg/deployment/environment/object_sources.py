"""ConfigMaps and Secrets behind the `envFrom` of a container."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import Final, NamedTuple

from stackcfg.deployment.environment.env_files import (
    describe_variable_files,
    variables_of,
)
from stackcfg.deployment.environment.patched_containers import PatchedContainers
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.environment.server import Server, SplitVariable
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.containers import Container
from stackcfg.manifests.generated_objects import GeneratedObject, find_all_generated
from stackcfg.manifests.objects import (
    CONFIG_MAP,
    SECRET,
    ManifestObject,
    can_be_same_namespace,
)
from stackcfg.manifests.server_evidence import find_evidence
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.paths import Path, value_at, walk_values
from stackcfg.releases.server_environment import new_variable
from stackcfg.yamltext.document import MAPPING, SCALAR, Node

ENV_FROM: Final = "envFrom"
_REFERENCES: Final = {
    ("configMapRef", "name"): CONFIG_MAP,
    ("configMapKeyRef", "name"): CONFIG_MAP,
    ("configMap", "name"): CONFIG_MAP,
    ("secretRef", "name"): SECRET,
    ("secretKeyRef", "name"): SECRET,
    ("secret", "name"): SECRET,
    ("secret", "secretName"): SECRET,
}
"""How a pod names an object: by the last two keys of the path."""

_OTHER_NAMES: Final = {"configMapName": CONFIG_MAP, "secretName": SECRET}
"""How other objects name one."""


class _Reference(NamedTuple):
    """A reference to an object: who has it, and to which key; empty for all."""

    holder: ManifestObject
    path: Path
    kind: str
    name: str
    key: str

    @property
    def container(self) -> Node | None:
        """Return the container whose `envFrom` this is; None for any other."""
        if ENV_FROM not in self.path[-4:-3]:
            return None
        return self.holder.node.at(self.path[:-4])


class ObjectSources:
    """The objects of a run that containers have their variables from."""

    def __init__(
        self,
        files: DeploymentFiles,
        sources: VariableSources,
        patched: PatchedContainers,
    ) -> None:
        self._files = files
        self._patched = patched
        self._sources = sources

    def read(
        self,
        container: Container,
        server: Server,
        changes: PlaceChanges,
    ) -> None:
        """Let a server have the variables behind its `envFrom`."""
        listed = container.node.get(ENV_FROM)
        if listed is None:
            return
        for item in listed.items:
            for key, kind in (("configMapRef", CONFIG_MAP), ("secretRef", SECRET)):
                name = item.target.at((key, "name"))
                prefix = item.target.get("prefix")
                if name is None:
                    continue
                if prefix is None or not prefix.text:
                    self._read_object(
                        container,
                        server,
                        changes,
                        kind,
                        name,
                    )
                else:
                    self._check_prefix(
                        container,
                        changes,
                        kind,
                        name,
                        prefix,
                    )

    def _read_object(
        self,
        container: Container,
        server: Server,
        changes: PlaceChanges,
        kind: str,
        name: Node,
    ) -> None:
        manifests = self._files.manifests
        objects = list(manifests.find_all(kind, name.text, container.namespace))
        generated = list(find_all_generated(manifests, kind, name.text))
        if not objects and not generated:
            message = (
                f"{kind} '{name.text}' is not in this run; variables of the server "
                "in it have other names, too; rename them there"
            )
            changes.note(CHECK, message, name.start)
        for found in objects:
            place = PlaceChanges(found.file, f"{kind} {found.name}")
            others = partial(self._find_others, kind, found.name, found.namespace)
            self._sources.add(server, place, list(_read_variables(found)), others)
        for made in generated:
            self._read_generated(
                server,
                changes,
                made,
                kind,
                name,
            )

    def _read_generated(
        self,
        server: Server,
        changes: PlaceChanges,
        made: GeneratedObject,
        kind: str,
        name: Node,
    ) -> None:
        """Let a server have the variables of an object that a kustomization makes."""
        for message in describe_variable_files(made, self._files):
            changes.note(CHECK, message, name.start)
        place = PlaceChanges(made.source.file, f"{kind} {name.text}")
        others = partial(self._find_others, kind, name.text, made.source.namespace)
        self._sources.add(server, place, list(variables_of(made)), others)

    def _check_prefix(
        self,
        container: Container,
        changes: PlaceChanges,
        kind: str,
        name: Node,
        prefix: Node,
    ) -> None:
        """Say which old names a prefix makes of the keys of an object."""
        found = self._files.manifests.find(kind, name.text, container.namespace)
        if found is None:
            return
        for variable in _read_variables(found):
            old = prefix.text + variable.name
            new = new_variable(old, self._files.settings.release)
            if new:
                message = f"the prefix makes '{old}' of a key; ogx reads '{new}'"
                changes.note(ACTION_REQUIRED, message, prefix.start)

    def _find_others(
        self,
        kind: str,
        name: str,
        namespace: str,
        variable: str,
    ) -> Iterator[str]:
        """Yield who uses a variable of an object besides servers that change."""
        for each in self._references:
            if (each.kind, each.name) != (kind, name):
                continue
            if each.key and each.key != variable:
                continue
            if not can_be_same_namespace(each.holder.namespace, namespace):
                continue
            container = each.container
            if container is None or id(container) not in self._servers:
                holder = each.holder
                node = holder.node.at(each.path) or holder.node
                line = holder.document.position(node.start).line
                yield f"line {line} of {holder.file}"

    @cached_property
    def _references(self) -> Sequence[_Reference]:
        """All references of the run to ConfigMaps and Secrets."""
        return [
            reference
            for holder in self._files.manifests.objects
            for reference in _references_in(holder)
        ]

    @cached_property
    def _servers(self) -> set[int]:
        """The nodes of the containers that change in this run."""
        found: set[int] = set()
        files = {each.file for each in self._files.manifests.objects}
        for container in (each for file in files for each in self._patched.read(file)):
            evidence = find_evidence(container.whole)
            if evidence is not None and evidence.proves_old:
                found.add(id(container.own.node))
        return found


def _references_in(holder: ManifestObject) -> Iterator[_Reference]:
    for path, value in walk_values(holder.data):
        if not isinstance(value, str) or not path:
            continue
        kind = _kind_named_at(path)
        if kind:
            key = value_at(holder.data, (*path[:-1], "key"))
            yield _Reference(
                holder,
                path,
                kind,
                value,
                str(key or ""),
            )


def _kind_named_at(path: Path) -> str:
    last = tuple(map(str, path[-2:]))
    if len(last) > 1 and (last[0], last[1]) in _REFERENCES:
        return _REFERENCES[last[0], last[1]]
    return _OTHER_NAMES.get(last[-1], "")


def _is_own_text(value: Node) -> bool:
    """Return whether a value is a text that nothing else in the file repeats."""
    return value.kind == SCALAR and not value.is_shared and not value.is_null


def _read_variables(found: ManifestObject) -> Iterator[SplitVariable]:
    """Yield the entries of an object; values in base64 are none."""
    for section in ("data", "stringData"):
        holder = found.node.get(section)
        if holder is None or holder.kind != MAPPING:
            continue
        is_coded = found.kind == SECRET and section == "data"
        for key, value in holder.entries:
            if key.text == "<<":
                continue
            text: ScalarRegion | None = None
            if _is_own_text(value) and not is_coded:
                text = ScalarRegion(found.document, value, holder.flow)
            yield SplitVariable(
                ScalarRegion(found.document, key.target, holder.flow), text
            )
