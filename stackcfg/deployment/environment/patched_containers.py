"""Containers in patches: what they have from the containers that they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from stackcfg.deployment.changes import (
    DeploymentChange,
    DeploymentChanges,
    FileNote,
    edits_in,
    merge_changes,
)
from stackcfg.deployment.environment.arguments import Launch, rewrite_arguments
from stackcfg.deployment.environment.chart_values import (
    ChartValues,
    chart_of,
    find_values,
)
from stackcfg.deployment.environment.chart_variables import FilledContainer
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.server import (
    Server,
    VariableSource,
    fixed_variable,
)
from stackcfg.deployment.files import DeploymentFiles, patched_by
from stackcfg.manifests.containers import (
    Container,
    read_containers,
)
from stackcfg.manifests.objects import KUSTOMIZATIONS, ManifestObject
from stackcfg.manifests.server_evidence import ServerEvidence
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.paths import as_list, as_mapping, list_at
from stackcfg.releases.server_environment import (
    is_server_image,
    new_variable,
    split_image,
)
from stackcfg.releases.versions import Release
from stackcfg.yamltext.document import GIVEN, Node

WORKLOADS: Final = frozenset(
    (
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "Pod",
        "ReplicaSet",
        "StatefulSet",
    )
)
"""Objects of Kubernetes that no cluster takes with a container without an image."""

_ITEMS: Final = {"env": "name", "volumeMounts": "mountPath"}
"""Lists of a container, and by what their items are put together."""


class PatchedContainer:
    """A container as it is written, and with what it has from the one
    it patches, or from the values of a chart.

    `whole` is what runs. `image` is what a kustomization puts in the
    place of its image, empty if none does. `is_patch`: the image is not
    here, and not in the run either if there is no `base`.
    """

    def __init__(
        self,
        own: Container,
        kind: str,
        base: Container | None,
        values: Sequence[ChartValues] = (),
        image: str = "",
    ) -> None:
        self.own = own
        self.image = image
        self.patch_names: Sequence[str] = ()
        self.base = base
        self.given: frozenset[tuple[str, str]] = frozenset()
        self.whole = own
        if base is not None:
            self.whole = _merge(own, base)
        self.filled = [FilledContainer(own, each) for each in values]
        if self.filled:
            self.whole = self.filled[0].whole
        if image:
            data = {**self.whole.data, "image": image}
            self.whole = self.whole._replace(data=data)
        self.is_patch = kind in WORKLOADS and not own.data.get("image")

    @property
    def is_part(self) -> bool:
        """Return whether it is what one operation of a JSON patch is about."""
        return _is_part(self.own)

    @property
    def can_add_operations(self) -> bool:
        """Return whether it is in a JSON patch with an operation on each line."""
        return self.is_part and not self.own.document.root.target.flow

    @property
    def sets_variables(self) -> bool:
        """Return whether the new base has variables."""
        return self.base is not None and bool(self.base.variables or self.given)

    def inherit(self, server: Server, release: Release) -> None:
        """Let a server have the variables and the image of what it patches."""
        server.add_old_names(self.patch_names)
        if self.base is None:
            return
        if server.runs_image:
            launch = Launch(release, has_entrypoint=True)
            new = rewrite_arguments(self.base.words, launch)
            self.given = frozenset(new.variables)
            server.given = self.given
        place = self.own.node.start
        own = server.own
        inherited = [
            fixed_variable(name, value, place)
            for name, value in self.base.variables.items()
            if name not in own
        ]
        # what is to be said of them is said where they are
        elsewhere = PlaceChanges(self.own.file, self.own.place)
        server.sources.append(VariableSource(elsewhere, inherited))
        server.inherited_image = self.whole.image
        server.is_patch = True

    def old_names(self, release: Release) -> Iterator[tuple[str, str, Node]]:
        """Yield the variables that ogx calls otherwise: old name, new one, where."""
        env = self.own.node.get("env")
        if env is None:
            return
        for item in env.items:
            name = item.target.get("name")
            if name is not None and name.style != GIVEN:
                new = new_variable(name.text, release)
                if new:
                    yield name.text, new, name


def note_patch(
    found: PatchedContainer, evidence: ServerEvidence | None, release: Release
) -> DeploymentChanges:
    """Yield what to say of a patch whose container is not in the run."""
    changes = PlaceChanges(found.own.file, found.own.place)
    names = list(found.old_names(release))
    if evidence is not None:
        message = (
            f"this patch stays, since nothing here says which image it is for; but "
            f"{evidence.reason}; name the object that it patches in the same run"
        )
        changes.note(ACTION_REQUIRED, message, found.own.node.start)
    else:
        for old, new, node in names:
            message = f"if this patch is for the server: ogx reads '{new}', not '{old}'"
            changes.note(CHECK, message, node.start)
    if evidence is not None or names:
        yield from changes.changes()


def merge_containers(
    found: Mapping[str, Sequence[DeploymentChange]], own: Container
) -> DeploymentChanges:
    """Yield the changes of one place that is for several containers, by their names.

    An operation of a JSON patch can be; where these need different
    changes, none is made.
    """
    merged = merge_changes(list(found.values()))
    yield from merged.changes
    if merged.is_agreed:
        return
    changed = [name for name, changes in found.items() if edits_in(changes)]
    message = (
        f"this operation is for {' and '.join(found)}, but only "
        f"{' and '.join(changed)} must change in this way; give each a patch of its own"
    )
    yield FileNote(own.file, own.place, ACTION_REQUIRED, message, own.node.start)


def _merge(own: Container, base: Container) -> Container:
    data = {**base.data, **own.data}
    for key, name in _ITEMS.items():
        given = {as_mapping(each).get(name) for each in list_at(own.data, (key,))}
        kept = [
            each
            for each in list_at(base.data, (key,))
            if as_mapping(each).get(name) not in given
        ]
        data[key] = [*list_at(own.data, (key,)), *kept]
    volumes = [*list_at(own.pod, ("volumes",)), *list_at(base.pod, ("volumes",))]
    pod = {**base.pod, **own.pod, "volumes": volumes}
    return own._replace(data=data, pod=pod)


class PatchedContainers:
    """The containers of a run, each with the one that it patches."""

    def __init__(self, files: DeploymentFiles) -> None:
        self._files = files
        self._values: dict[str, list[ChartValues]] = {}
        self._images = dict(_read_replacements(files))
        self._known: dict[tuple[str, str], list[Container]] = {}
        for found in files.manifests.objects:
            for container in read_containers([found]):
                if container.image and not _is_part(container):
                    key = (found.kind, found.name)
                    self._known.setdefault(key, []).append(container)

    def read(self, file: str) -> Iterator[PatchedContainer]:
        """Yield the containers in a file."""
        values = self._values_of(file)
        for found in self._files.objects(file):
            for container in read_containers([found]):
                base = self._find_base(found, container)
                patched = PatchedContainer(
                    container,
                    found.kind,
                    base,
                    values,
                    self._replacement_of(container),
                )
                if base is None:
                    patched.patch_names = self._names_in_patches(found, container)
                yield patched

    def _names_in_patches(
        self, found: ManifestObject, container: Container
    ) -> list[str]:
        """Return the variables that patches of a container set."""
        key = (found.kind, found.name, container.data.get("name"))
        return self._set_in_patches.get(key, [])

    @cached_property
    def _set_in_patches(self) -> dict[tuple[str, str, Any], list[str]]:
        names: dict[tuple[str, str, Any], list[str]] = {}
        for found in self._files.manifests.objects:
            for container in read_containers([found]):
                base = self._find_base(found, container)
                if base is not None:
                    key = (found.kind, found.name, container.data.get("name"))
                    names.setdefault(key, []).extend(container.variables)
        return names

    def _replacement_of(self, container: Container) -> str:
        """Return the image of the server that a kustomization puts in."""
        if is_server_image(container.image):
            return ""
        return self._images.get(split_image(container.image).name, "")

    def _values_of(self, file: str) -> list[ChartValues]:
        """Return the values of a template's chart, which are looked for once."""
        chart = chart_of(file)
        if chart is None:
            return []
        if chart not in self._values:
            self._values[chart] = find_values(self._files, file)
        return self._values[chart]

    def by_place(self, file: str) -> Mapping[int, Sequence[PatchedContainer]]:
        """Return the containers in a file by where they are: what is
        for several containers is one place.
        """
        found: dict[int, list[PatchedContainer]] = {}
        for each in self.read(file):
            found.setdefault(each.own.node.start, []).append(each)
        return found

    def _find_base(
        self, found: ManifestObject, container: Container
    ) -> Container | None:
        """Return the container of the run that another one patches."""
        for kind, name in self._patched(found):
            for base in self._known.get((kind, name), ()):
                is_same = base.data.get("name") == container.data.get("name")
                if is_same and base.node is not container.node:
                    return base
        return None

    def _patched(self, found: ManifestObject) -> Iterator[tuple[str, str]]:
        yield found.kind, found.name
        for patch in self._files.patches.get(found.file, ()):
            for each in patched_by(patch, self._files.manifests):
                yield each.kind, each.name


def _read_replacements(files: DeploymentFiles) -> Iterator[tuple[str, str]]:
    """Yield the names that kustomizations replace by an image of the server."""
    for source in files.manifests.of_kind(*KUSTOMIZATIONS):
        for entry in as_list(source.data.get("images")):
            name, new = as_mapping(entry).get("name"), as_mapping(entry).get("newName")
            if isinstance(name, str) and isinstance(new, str) and is_server_image(new):
                tag = as_mapping(entry).get("newTag")
                yield name, f"{new}:{tag}" if isinstance(tag, str) else new


def _is_part(container: Container) -> bool:
    name = container.node.get("name")
    return name is not None and name.style == GIVEN
