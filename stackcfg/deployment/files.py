"""The files of one run as the parts see them: texts, and the objects in them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import cached_property

from stackcfg.deployment.inner_texts import InnerText, read_inner_texts
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.light_typing import Final
from stackcfg.loading.configs import BOM, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.manifests.json_patches import read_parts
from stackcfg.manifests.objects import (
    KUSTOMIZATION,
    KUSTOMIZATIONS,
    SERVERS,
    ManifestObject,
    ManifestSet,
    read_objects,
)
from stackcfg.manifests.patches import Patch, read_patches
from stackcfg.paths import as_mapping
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.values import data_of

ENDING: Final = "-ogx"
"""What the name of a new file has behind that of the old one."""

_KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What `kustomize` reads in a folder."""

_WHOLE: Final = (*KUSTOMIZATIONS, *SERVERS)
"""Kinds of objects of which a part alone says nothing."""


def new_name(path: str) -> str:
    """Return the name of the new file beside an old one that must stay."""
    root, ending = posixpath.splitext(path)
    return root + ENDING + ending


class DeploymentFiles:
    """The texts of all files of a run by name, and what is asked for.

    Offsets count without a byte order mark. YAML is parsed on the first
    question; a file that cannot be parsed has no objects.
    """

    def __init__(
        self, files: Sequence[tuple[str, str]], settings: DeploymentSettings
    ) -> None:
        self.settings = settings
        self.texts = {name: text.removeprefix(BOM) for name, text in files}
        self._names = {posixpath.normpath(name): name for name in self.texts}
        self._parsed: dict[str, list[Document]] = {}
        self.patches: dict[str, list[Patch]] = {}
        self.inner: dict[str, InnerText] = {}
        self._read_patches()

    def _read_patches(self) -> None:
        """Read which files are patches, and the patches inside of kustomizations.

        These are among the texts as if each of them was a file.
        """
        if not self.settings.is_for_ogx:
            return
        found = list(self._find_patches())
        for patch in found:
            file = self.name_beside(patch.source.file, patch.path)
            if patch.path and file is not None:
                self.patches.setdefault(file, []).append(patch)
        for inner in read_inner_texts(found):
            self.inner[inner.name] = inner
            self.texts[inner.name] = inner.embedded.text
            self.patches[inner.name] = [inner.patch]

    def _find_patches(self) -> Iterator[Patch]:
        """Yield the patches that the kustomizations of this run name or hold."""
        for name in self._kustomizations():
            for source in self._read_objects(name):
                if source.kind in KUSTOMIZATIONS:
                    yield from read_patches(source)

    def holding(self, *marks: str) -> Iterator[str]:
        """Yield the names of the files with one of these words in them."""
        for name, text in self.texts.items():
            if any(mark in text for mark in marks):
                yield name

    def beside(
        self,
        file: str,
        path: str,
    ) -> str | None:
        """Return the text of the file that a path in another file means."""
        name = self.name_beside(file, path)
        if name is None:
            return None
        return self.texts[name]

    def name_beside(
        self,
        file: str,
        path: str,
    ) -> str | None:
        """Return the name of the file of this run that a path in another means."""
        meant = posixpath.join(posixpath.dirname(file), path)
        return self._names.get(posixpath.normpath(meant))

    def names_below(
        self,
        file: str,
        path: str,
    ) -> Iterator[str]:
        """Yield the names of the files of this run in a folder that another names."""
        start = posixpath.join(posixpath.dirname(file), path)
        start = posixpath.normpath(start) + "/"
        for known, name in self._names.items():
            if known.startswith(start):
                yield name

    def documents(self, name: str) -> list[Document]:
        """Return the YAML documents of a file. Raises `InputError`."""
        if name not in self._parsed:
            self._parsed[name] = read_documents(self.texts[name])
        return self._parsed[name]

    @cached_property
    def manifests(self) -> ManifestSet:
        """The objects of all files that are YAML and hold any.

        A JSON patch holds parts of the objects that it is for.
        """
        found: list[ManifestObject] = []
        for name in dict.fromkeys((*self.holding("kind"), *self._kustomizations())):
            found += self._read_objects(name)
        return ManifestSet([*found, *self._parts_of(ManifestSet(found))])

    def objects(self, name: str) -> list[ManifestObject]:
        """Return the objects of a file, and the parts of objects in a patch."""
        return self._by_file.get(name, [])

    @cached_property
    def _by_file(self) -> dict[str, list[ManifestObject]]:
        found: dict[str, list[ManifestObject]] = {}
        for each in self.manifests.objects:
            found.setdefault(each.file, []).append(each)
        return found

    def _kustomizations(self) -> Iterator[str]:
        for name, text in self.texts.items():
            is_named = posixpath.basename(name) in _KUSTOMIZATIONS
            if is_named or any(f"kind: {kind}" in text for kind in KUSTOMIZATIONS):
                yield name

    def _read_objects(self, name: str) -> list[ManifestObject]:
        try:
            return self._objects_of(name)
        except (InputError, ParseError):
            # its own part says so, if it has one
            return []

    def _objects_of(self, name: str) -> list[ManifestObject]:
        """Return the objects of a file. Raises `InputError`, `ParseError`."""
        documents = self.documents(name)
        found = read_objects(documents, name)
        if found or posixpath.basename(name) not in _KUSTOMIZATIONS:
            return found
        [document, *_] = documents
        data = {"kind": KUSTOMIZATION, **as_mapping(data_of(document.root))}
        return [ManifestObject(name, document, document.root.target, (), data)]

    def _parts_of(self, known: ManifestSet) -> Iterator[ManifestObject]:
        """Yield the parts of objects in the JSON patches of this run."""
        bases = [each for each in known.objects if each.file not in self.patches]
        for name, patches in self.patches.items():
            for patch in patches:
                found = patched_by(patch, ManifestSet(bases))
                for base in found or patch.named_object():
                    if base.kind not in _WHOLE:
                        yield from self._read_parts(name, base)

    def _read_parts(self, name: str, base: ManifestObject) -> list[ManifestObject]:
        try:
            documents = self.documents(name)
            return [part for each in documents for part in read_parts(name, each, base)]
        except (InputError, ParseError):
            return []


def patched_by(patch: Patch, known: ManifestSet) -> list[ManifestObject]:
    """Return the objects that the target of a patch selects, each once."""
    if not patch.target:
        return []
    found: dict[tuple[str, str], ManifestObject] = {}
    for each in known.objects:
        if each.kind not in _WHOLE and patch.selects(each):
            found.setdefault((each.kind, each.name), each)
    return list(found.values())
