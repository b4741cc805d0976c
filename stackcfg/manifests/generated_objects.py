"""ConfigMaps and Secrets that a kustomization makes, and that are in no
file themselves.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.objects import (
    CONFIG_MAP,
    KUSTOMIZATIONS,
    SECRET,
    ManifestObject,
    ManifestSet,
)
from stackcfg.paths import Path, as_list, as_mapping

GENERATORS: Final = {CONFIG_MAP: "configMapGenerator", SECRET: "secretGenerator"}


class GeneratedObject(NamedTuple):
    """An entry of a generator: the kustomization, where in it, and what."""

    source: ManifestObject
    path: Path
    data: Any

    @property
    def files(self) -> dict[str, str]:
        """The paths of the files that become a key, by the key."""
        found: dict[str, str] = {}
        for file in _strings(self.data, "files"):
            key, has_key, path = file.partition("=")
            if not has_key:
                key, path = posixpath.basename(file), file
            found.setdefault(key, path)
        return found

    @property
    def keys(self) -> list[str]:
        """The keys of the object that is made."""
        literals = _strings(self.data, "literals")
        return [*self.files, *(each.partition("=")[0] for each in literals)]

    @property
    def variable_files(self) -> list[str]:
        """The paths of the files of variables that become keys."""
        single = as_mapping(self.data).get("env")
        found = [single] if isinstance(single, str) else []
        return [*found, *_strings(self.data, "envs")]

    @property
    def has_hash(self) -> bool:
        """Whether the name gets a hash of the content."""
        for holder in (self.source.data.get("generatorOptions"), self.data):
            options = as_mapping(holder)
            options = as_mapping(options.get("options", options))
            if options.get("disableNameSuffixHash") is True:
                return False
        return True


def find_generated(
    manifests: ManifestSet, kind: str, name: str
) -> GeneratedObject | None:
    """Return the object of a name that a kustomization of the input makes."""
    return next(find_all_generated(manifests, kind, name), None)


def find_all_generated(
    manifests: ManifestSet, kind: str, name: str
) -> Iterator[GeneratedObject]:
    """Yield the object of a name that a kustomization makes, and what
    overlays and components write into it or put in its place.
    """
    generator = GENERATORS[kind]
    for source in manifests.of_kind(*KUSTOMIZATIONS):
        for index, entry in enumerate(as_list(source.data.get(generator))):
            if as_mapping(entry).get("name") == name:
                yield GeneratedObject(source, (generator, index), entry)


def _strings(entry: Any, key: str) -> Sequence[str]:
    found = as_list(as_mapping(entry).get(key))
    return [each for each in found if isinstance(each, str)]
