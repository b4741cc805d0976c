"""Run configs that a server of this run mounts: their paths move with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.changes import (
    DeploymentChange,
    ReadByOldServer,
    RenamedVariables,
)
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.regions import (
    PlaceChanges,
    RawRegion,
    Region,
    ScalarRegion,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.dockerfile_text import copied_files
from stackcfg.manifests.home_paths import find_home_paths, replace_parts
from stackcfg.manifests.server_evidence import ServerEvidence
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import SCALAR

_CONFIG: Final = lazy_pattern(r"(?m)^[ \t]*(?:providers|apis)[ \t]*:")


class MountedConfig(NamedTuple):
    """A run config in a file of this run; `place` names it."""

    file: str
    place: str
    region: Region

    @property
    def text(self) -> str:
        """The run config as it is."""
        return self.region.old


class MountedConfigs:
    """All run configs that servers mount, each of them changed only once."""

    def __init__(self, files: DeploymentFiles) -> None:
        self.files = files
        self._maps: dict[tuple[str, str], list[MountedConfig]] = {}
        self._whole: dict[str, MountedConfig] = {}
        self._moved: dict[int, MountedConfig] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._readers: dict[str, set[bool]] = {}

    def config_map(
        self,
        name: str,
        namespace: str,
    ) -> list[MountedConfig]:
        """Return the run configs in a ConfigMap of this run."""
        key = (name, namespace)
        if key not in self._maps:
            self._maps[key] = list(self._read_map(name, namespace))
        return self._maps[key]

    def _read_map(
        self,
        name: str,
        namespace: str,
    ) -> Iterator[MountedConfig]:
        """Yield the run configs in a ConfigMap."""
        found = self.files.manifests.find("ConfigMap", name, namespace)
        if found is None:
            return
        data = found.node.get("data")
        if data is None:
            return
        for key, value in data.entries:
            node = value.target
            if node.kind == SCALAR and _CONFIG.search(node.text):
                region = ScalarRegion(found.document, node)
                place = f"ConfigMap {name}: {key.text}"
                yield MountedConfig(found.file, place, region)

    def file(
        self,
        beside: str,
        path: str,
    ) -> list[MountedConfig]:
        """Return the run config that a path in another file means."""
        name = self.files.name_beside(beside, path)
        if name is None or not _CONFIG.search(self.files.texts[name]):
            return []
        if name not in self._whole:
            text = self.files.texts[name]
            region = RawRegion(text, 0, len(text))
            self._whole[name] = MountedConfig(name, "", region)
        return [self._whole[name]]

    def copied(
        self,
        dockerfile: str,
        text: str,
    ) -> list[MountedConfig]:
        """Return the run configs that a Dockerfile puts into its image."""
        return [
            config
            for path in copied_files(text)
            for config in self.file(dockerfile, path)
        ]

    def move(
        self,
        configs: Sequence[MountedConfig],
        renaming: Renaming,
        evidence: ServerEvidence,
    ) -> None:
        """Move absolute paths in run configs with the folder of their server,
        and let them read the variables that it has now.

        A `~` is left to the migration, which knows where it is expanded.
        """
        is_old = evidence.is_old and evidence.is_proved
        for config in configs:
            self._readers.setdefault(config.file, set()).add(is_old)
            self._names.setdefault(config.file, {}).update(renaming.names)
        if not renaming.moves_folder:
            return
        for config in configs:
            text = config.region.old
            found = find_home_paths(text, renaming.homes)
            absolute = [each for each in found if text[each.start] == "/"]
            if absolute:
                config.region.new = replace_parts(text, absolute)
                self._moved[id(config.region)] = config

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
