"""Variables of objects that a kustomization of the run makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from stackcfg.deployment.environment.env_files import read_env_file
from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.environment.server import PairVariable
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.objects import ManifestObject
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.releases.server_environment import new_variable
from stackcfg.releases.versions import Release
from stackcfg.yamltext.lines import LineIndex

GENERATORS: Final = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}
_KUSTOMIZATION: Final = "Kustomization"
_FILES: Final = ("envs", "env")
"""Where an entry names files of variables; the second holds a single one."""


class GeneratedSource(NamedTuple):
    """An entry of a generator: the kustomization, and where in it."""

    kustomization: ManifestObject
    path: Path

    def variables(self) -> Iterator[PairVariable]:
        """Yield the variables that are written in the kustomization itself."""
        listed = self.kustomization.node.at((*self.path, "literals"))
        if listed is None:
            return
        for item in listed.items:
            if item.named is None and item.text:
                region = ScalarRegion(
                    self.kustomization.document,
                    item.target,
                    listed.flow,
                )
                yield PairVariable(region)

    def describe_files(self, files: DeploymentFiles, target: Release) -> Iterator[str]:
        """Yield what to say of each file of variables that the entry names."""
        for path in self._files():
            name = files.name_beside(self.kustomization.file, path)
            if name is None:
                yield (
                    f"variables of the server in '{path}' have other names, too; "
                    "rename them there"
                )
            else:
                yield from _describe_names(name, files.texts[name], target)

    def _files(self) -> Iterator[str]:
        """Yield the paths of files of variables."""
        entry = list_at(self.kustomization.data, self.path[:1])[int(self.path[1])]
        for key in _FILES:
            given = as_mapping(entry).get(key)
            if isinstance(given, str):
                yield given
        for path in list_at(entry, _FILES[:1]):
            yield str(path)


def find_generated_source(
    files: DeploymentFiles,
    kind: str,
    name: str,
) -> GeneratedSource | None:
    """Return the entry of a generator that makes an object; None if there is none."""
    generator = GENERATORS[kind]
    for kustomization in files.manifests.of_kind(_KUSTOMIZATION):
        for index, entry in enumerate(list_at(kustomization.data, (generator,))):
            if as_mapping(entry).get("name") == name:
                return GeneratedSource(kustomization, (generator, index))
    return None


def _describe_names(file: str, text: str, target: Release) -> Iterator[str]:
    """Yield the lines of a file that have old names, with the new ones."""
    lines = LineIndex(text)
    for variable in read_env_file(text):
        new = new_variable(variable.name, target)
        if new:
            line = lines.position(variable.place).line
            yield f"line {line} of {file} sets '{variable.name}'; ogx reads '{new}'"
