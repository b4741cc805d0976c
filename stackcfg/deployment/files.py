"""The files of one run as the parts see them: texts, and the objects in them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import cached_property

from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.light_typing import Final
from stackcfg.loading.configs import BOM, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import (
    KUSTOMIZATION,
    ManifestObject,
    ManifestSet,
    read_objects,
)
from stackcfg.paths import as_mapping
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.values import data_of

ENDING: Final = "-ogx"
"""What the name of a new file has behind that of the old one."""

_KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What `kustomize` reads in a folder."""


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
        """The objects of all files that are YAML and hold any."""
        found: list[ManifestObject] = []
        names = dict.fromkeys((*self.holding("kind"), *self._kustomizations()))
        for name in names:
            try:
                found += self._objects_of(name)
            except (InputError, ParseError):
                # its own part says so, if it has one
                continue
        return ManifestSet(found)

    def _kustomizations(self) -> Iterator[str]:
        for name in self.texts:
            if posixpath.basename(name) in _KUSTOMIZATIONS:
                yield name

    def _objects_of(self, name: str) -> list[ManifestObject]:
        """Return the objects of a file. Raises `InputError`, `ParseError`."""
        documents = self.documents(name)
        found = read_objects(documents, name)
        if found or posixpath.basename(name) not in _KUSTOMIZATIONS:
            return found
        [document, *_] = documents
        data = {"kind": KUSTOMIZATION, **as_mapping(data_of(document.root))}
        return [ManifestObject(name, document, document.root.target, (), data)]
