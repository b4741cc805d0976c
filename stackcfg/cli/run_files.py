"""The other files of a run of `validate`: objects refer to each other
across files.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from stackcfg.cli.batch import InputFile
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.loading.configs import BOM, read_documents
from stackcfg.system.files import STDIN, read_file

if TYPE_CHECKING:
    from stackcfg.manifests.objects import ManifestObject

_MARKS: Final = (
    "ogx.io/",
    "llamastack.io/",
    "ConfigMap",
    "Secret",
    "Kustomization",
)
"""The kinds that a rule looks up; a file without any of these words has none."""

_ALWAYS: Final = ("ogx.io/", "llamastack.io/", "Kustomization")
"""What matters to any object, whatever its name is."""


class WatchedSearch:
    """A search in the other files of a run that remembers if it was asked for."""

    def __init__(self, find: Callable[[Collection[str]], list[ManifestObject]]) -> None:
        self._find = find
        self.was_asked = False

    def __call__(self, names: Collection[str]) -> list[ManifestObject]:
        """Return the objects of other files that can matter to these names."""
        self.was_asked = True
        return self._find(names)


class RunFiles:
    """The files of a run that can hold objects, each read once, when asked."""

    def __init__(self, files: Sequence[InputFile]) -> None:
        self._files = files
        self._texts: dict[str, str] | None = None
        self._objects: dict[str, list[ManifestObject]] = {}
        if len(files) > 1 and any(file.path == STDIN for file in files):
            from contextlib import suppress

            # worker processes cannot read it one after the other
            with suppress(StackcfgError):
                read_file(STDIN)

    def search_beside(self, file: InputFile) -> WatchedSearch:
        """Return a search in the other files, for a rule about this one."""
        return WatchedSearch(partial(self._find, file))

    def _find(self, file: InputFile, names: Collection[str]) -> list[ManifestObject]:
        found: list[ManifestObject] = []
        for name, text in self._read_texts().items():
            if name != file.name and _can_matter(text, names):
                found += self._read_objects(name, text)
        return found

    def _read_texts(self) -> dict[str, str]:
        if self._texts is None:
            self._texts = dict(_read_all(self._files))
        return self._texts

    def _read_objects(self, name: str, text: str) -> list[ManifestObject]:
        if name not in self._objects:
            # most runs have no objects
            from stackcfg.manifests.objects import read_objects

            objects: list[ManifestObject] = []
            try:
                documents = read_documents(text.removeprefix(BOM), lenient=True)
                objects = read_objects(documents, name)
            except StackcfgError:
                # it is reported where the file itself is validated
                objects = []
            self._objects[name] = objects
        return self._objects[name]


def _read_all(files: Sequence[InputFile]) -> Iterator[tuple[str, str]]:
    for file in files:
        try:
            text = read_file(file.path)
        except StackcfgError:
            continue
        if "kind" in text and any(mark in text for mark in _MARKS):
            yield file.name, text


def _can_matter(text: str, names: Collection[str]) -> bool:
    if any(mark in text for mark in _ALWAYS):
        return True
    return any(name in text for name in names)
