"""Run configs that a server of this run mounts: their paths move with it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.changes import (
    DeploymentChange,
    ReadByOldServer,
    RenamedVariables,
)
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import (
    PartRegion,
    RawRegion,
    Region,
    ScalarRegion,
    read_text,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.manifests.containers import Container
from stackcfg.manifests.dockerfile_text import copied_files
from stackcfg.manifests.generated_objects import GeneratedObject, find_all_generated
from stackcfg.manifests.home_paths import move_absolute_paths
from stackcfg.manifests.objects import (
    CONFIG_MAP,
    CONTENT_SECTIONS,
    SECRET,
    ManifestObject,
)
from stackcfg.manifests.server_evidence import ServerEvidence
from stackcfg.paths import as_mapping, list_at
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import SCALAR, Node

_CONFIG: Final = lazy_pattern(r"(?m)^[ \t]*(?:providers|apis)[ \t]*:")


_ENCODED: Final = frozenset({(SECRET, "data"), (CONFIG_MAP, "binaryData")})
"""The sections of objects whose texts are in base64."""


class MountedConfig(NamedTuple):
    """A run config in a file of this run; `place` names it."""

    file: str
    place: str
    region: Region

    @property
    def text(self) -> str:
        """The run config as it is."""
        return self.region.old


def _entries_at(node: Node, section: str) -> Sequence[tuple[Node, Node]]:
    found = node.get(section)
    if found is None:
        return ()
    return found.entries


def _literals_of(made: GeneratedObject, place: str) -> Iterator[MountedConfig]:
    """Yield the run configs among the literals of a generator: `run.yaml=TEXT`."""
    listed = made.source.node.at((*made.path, "literals"))
    if listed is None:
        return
    for item in listed.items:
        if item.target.kind != SCALAR:
            continue
        whole = ScalarRegion(made.source.document, item.target)
        key, equals, text = whole.old.partition("=")
        if _CONFIG.search(text):
            start = len(key + equals)
            region = PartRegion(whole, start, len(whole.old))
            yield MountedConfig(made.source.file, f"{place}: {key}", region)


class MountedConfigs:
    """All run configs that servers mount, each of them changed only once."""

    def __init__(self, files: DeploymentFiles) -> None:
        self.files = files
        self._held: dict[tuple[str, str, str], list[MountedConfig]] = {}
        self._whole: dict[str, MountedConfig] = {}
        self._moved: dict[int, MountedConfig] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._readers: dict[str, set[bool]] = {}
        self._read: set[int] = set()

    def held_by(
        self,
        kind: str,
        name: str,
        namespace: str,
    ) -> list[MountedConfig]:
        """Return the run configs in a ConfigMap or Secret of this run."""
        key = (kind, name, namespace)
        if key not in self._held:
            self._held[key] = list(self._read_object(kind, name, namespace))
        return self._held[key]

    def _read_object(
        self,
        kind: str,
        name: str,
        namespace: str,
    ) -> Iterator[MountedConfig]:
        for found in self.files.manifests.find_all(kind, name, namespace):
            yield from self._texts_of(found, kind, name)
        for made in find_all_generated(self.files.manifests, kind, name):
            for path in made.files.values():
                yield from self.file(made.source.file, path)
            yield from _literals_of(made, f"{kind} {name}")

    def _texts_of(
        self, found: ManifestObject, kind: str, name: str
    ) -> Iterator[MountedConfig]:
        """Yield the run configs that a ConfigMap or Secret holds."""
        for section in CONTENT_SECTIONS:
            is_encoded = (kind, section) in _ENCODED
            for key, value in _entries_at(found.node, section):
                region = read_text(found.document, value.target, is_encoded)
                if region is not None and _CONFIG.search(region.old):
                    place = f"{kind} {name}: {key.text}"
                    yield MountedConfig(found.file, place, region)

    def of_service(self, service: Container) -> Iterator[MountedConfig]:
        """Yield the run configs that a service of Compose has from the
        `configs` and `secrets` of its file.
        """
        root = service.document.root.target
        for section in ("configs", "secrets"):
            for entry in list_at(service.data, (section,)):
                name = as_mapping(entry).get("source", entry)
                place = root.at((section, name))
                if place is not None:
                    yield from self._read_config(service, section, str(name), place)

    def _read_config(
        self, service: Container, section: str, name: str, node: Node
    ) -> Iterator[MountedConfig]:
        """Yield the run config of an entry: its `content`,
        or a file of this run.
        """
        file, content = node.get("file"), node.get("content")
        if file is not None and file.kind == SCALAR:
            yield from self.file(service.file, file.text)
        if content is None or content.kind != SCALAR:
            return
        key = (section, name, service.file)
        if key not in self._held:
            region = ScalarRegion(service.document, content)
            config = MountedConfig(service.file, f"{section} {name}", region)
            self._held[key] = [config] * bool(_CONFIG.search(region.old))
        yield from self._held[key]

    def file(
        self,
        beside: str,
        path: str,
    ) -> list[MountedConfig]:
        """Return the run config that a path in another file means."""
        name = self.files.name_beside(beside, path)
        if name is None:
            return []
        return list(self._read_file(name))

    def _read_file(self, name: str) -> Iterator[MountedConfig]:
        text = self.files.texts[name]
        if not _CONFIG.search(text):
            return
        if name not in self._whole:
            region = RawRegion(text, 0, len(text))
            self._whole[name] = MountedConfig(name, "", region)
        yield self._whole[name]

    def folder(
        self,
        beside: str,
        path: str,
    ) -> Iterator[MountedConfig]:
        """Yield the run configs in a folder that another file names.

        A whole project can have those of other servers, too.
        """
        if "/" not in posixpath.normpath(path) and not path.startswith("./"):
            # a volume has a name without a slash
            return
        if posixpath.normpath(path) in (".", "..", "/"):
            return
        for name in self.files.names_below(beside, path):
            yield from self._read_file(name)

    def copied(
        self,
        dockerfile: str,
        text: str,
    ) -> list[MountedConfig]:
        """Return the run configs that a Dockerfile puts into its image."""
        found = [
            MountedConfig(dockerfile, each.name, RawRegion(text, each.start, each.end))
            for each in find_written_configs(text)
            if each.is_copied
        ]
        for path in copied_files(text):
            found += self.file(dockerfile, path)
        return found

    def move(
        self,
        configs: Sequence[MountedConfig],
        renaming: Renaming,
        evidence: ServerEvidence,
    ) -> None:
        """Move absolute paths in run configs with the folder of their
        server, and let them read the variables that it has now.

        A `~` is left to the migration, which knows where it is
        expanded.
        """
        self._read.update(id(config.region) for config in configs)
        for config in configs:
            self._readers.setdefault(config.file, set()).add(evidence.proves_old)
            self._names.setdefault(config.file, {}).update(renaming.names)
        if not renaming.moves_folder:
            return
        for config in configs:
            text = config.region.old
            config.region.new = move_absolute_paths(text, renaming.homes)
            if config.region.new != text:
                self._moved[id(config.region)] = config

    def without_server(
        self,
        configs: Sequence[MountedConfig],
    ) -> list[MountedConfig]:
        """Return those of some run configs that no server of this run reads."""
        return [each for each in configs if id(each.region) not in self._read]

    def changes(self) -> Iterator[DeploymentChange]:
        """Yield what changes in all run configs."""
        for file, names in self._names.items():
            if names:
                yield RenamedVariables(file, tuple(names.items()))
        for file, readers in self._readers.items():
            if readers == {True}:
                yield ReadByOldServer(file)
        for config in self._moved.values():
            changes = PlaceChanges(config.file, config.place)
            changes.add_regions(config.region)
            yield from changes.changes()
