"""Patches that are written inside of a kustomization: read as files of
their own, and what becomes of them written back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from stackcfg.deployment.changes import DeploymentChange, FileEdit, FileNote, Refusal
from stackcfg.light_typing import NamedTuple
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import SERVERS
from stackcfg.manifests.patches import Patch
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.embedded import Embedded, embed_scalar
from stackcfg.yamltext.embedded_edits import edits_in_outer


class InnerText(NamedTuple):
    """A patch that is written inside of a kustomization, and its text.

    `name` is what the text is called as if it was a file.
    """

    name: str
    patch: Patch
    embedded: Embedded

    @property
    def file(self) -> str:
        """The file that the text is written in."""
        return self.patch.source.file


def read_inner_texts(patches: Iterable[Patch]) -> Iterator[InnerText]:
    """Yield the patches that have a text of their own; not those of a server."""
    for patch in patches:
        node = patch.text
        if node is None or any(kind in node.text for kind in SERVERS):
            continue
        document = patch.source.document
        line = document.position(node.start).line
        name = f"{patch.source.file}: patch in line {line}"
        yield InnerText(name, patch, embed_scalar(document.text, node, ()))


def write_back(
    texts: Mapping[str, InnerText], changes: Iterable[DeploymentChange]
) -> Iterator[DeploymentChange]:
    """Yield changes of files only: those of inner texts are made in their files."""
    edits: dict[str, list[FileEdit]] = {name: [] for name in texts}
    for change in changes:
        inner = texts.get(change.file)
        if inner is None:
            yield change
        elif isinstance(change, FileEdit):
            edits[change.file].append(change)
        elif isinstance(change, FileNote):
            offset = inner.embedded.outer(change.offset)
            yield change._replace(file=inner.file, offset=offset)
        else:
            yield change._replace(file=inner.file)
    for name, inner in texts.items():
        yield from _write_edits(inner, edits[name])


def _write_edits(inner: InnerText, edits: list[FileEdit]) -> Iterator[DeploymentChange]:
    if not edits:
        return
    document = inner.patch.source.document
    made = list(dict.fromkeys(each.edit for each in edits))
    try:
        outer = edits_in_outer(document, inner.embedded, made)
    except ParseError as error:
        position = document.position(error.offset)
        yield Refusal(inner.file, InputError(error.message, position, error.hint))
        return
    for edit in outer:
        yield FileEdit(inner.file, edits[0].place, edit)
