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
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.embedded import Embedded
from stackcfg.yamltext.embedded_edits import edits_in_outer


class InnerText(NamedTuple):
    """A text inside of a file: what the file is called, and where the text is."""

    file: str
    document: Document
    embedded: Embedded


def read_inner_texts(patches: Iterable[Patch]) -> Iterator[tuple[str, Patch]]:
    """Yield the patches that have a text of their own, each with a name for it."""
    for patch in patches:
        node = patch.text
        if node is None or any(kind in node.text for kind in SERVERS):
            continue
        line = patch.source.document.position(node.start).line
        yield f"{patch.source.file}: patch in line {line}", patch


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
    document, embedded = inner.document, inner.embedded
    made = list(dict.fromkeys(each.edit for each in edits))
    try:
        outer = edits_in_outer(document, embedded, made)
    except ParseError as error:
        position = document.position(error.offset)
        yield Refusal(inner.file, InputError(error.message, position, error.hint))
        return
    for edit in outer:
        yield FileEdit(inner.file, edits[0].place, edit)
