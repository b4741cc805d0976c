"""ConfigMaps that a kustomization makes, and that are in no file themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stackcfg.deployment.resource.conversion import WATCH, Conversion
from stackcfg.manifests.objects import ManifestObject
from stackcfg.paths import Path, as_list, as_mapping, list_at, mapping_at

KUSTOMIZATION = "Kustomization"
GENERATOR = "configMapGenerator"


class GeneratedConfigMap(NamedTuple):
    """An entry of a `configMapGenerator`: the kustomization, where, and what."""

    source: ManifestObject
    path: Path
    data: Any

    @property
    def keys(self) -> list[str]:
        """Return the keys of the ConfigMap that is made."""
        return list(_keys_of(self.data))

    def file_of(self, key: str) -> str:
        """Return the path of the file that becomes a key; empty if none does."""
        for file in _strings(as_mapping(self.data).get("files")):
            name, _, path = file.rpartition("=")
            if (name or path_name(path)) == key:
                return path
        return ""

    @property
    def is_labelled(self) -> bool:
        """Return whether the new operator sees the ConfigMap."""
        labels = mapping_at(self.data, ("options", "labels"))
        return labels.get(WATCH) == "true"

    @property
    def has_hash(self) -> bool:
        """Return whether the name gets a hash of the content."""
        for holder in (self.source.data.get("generatorOptions"), self.data):
            options = as_mapping(holder)
            options = as_mapping(options.get("options", options))
            if options.get("disableNameSuffixHash") is True:
                return False
        return True


def find_generated(conversion: Conversion, name: str) -> GeneratedConfigMap | None:
    """Return the ConfigMap of a name that a kustomization of the input makes."""
    for source in conversion.files.manifests.of_kind(KUSTOMIZATION):
        for index, entry in enumerate(list_at(source.data, (GENERATOR,))):
            if as_mapping(entry).get("name") == name:
                return GeneratedConfigMap(source, (GENERATOR, index), entry)
    return None


def _keys_of(entry: Any) -> Iterator[str]:
    """Yield the keys that an entry of a generator makes."""
    given = as_mapping(entry)
    for file in _strings(given.get("files")):
        key, has_key, _ = file.partition("=")
        if not has_key:
            key = path_name(file)
        yield key
    for literal in _strings(given.get("literals")):
        yield literal.partition("=")[0]


def path_name(path: str) -> str:
    """Return the last part of a path."""
    return path.rsplit("/", 1)[-1]


def _strings(value: Any) -> Sequence[str]:
    """Return the strings in a list."""
    return [each for each in as_list(value) if isinstance(each, str)]
