"""Tells whether a text has objects that manifest rules are about, or
may start a server, at no cost for the texts that have none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple
from stackcfg.loading.configs import BOM, read_documents
from stackcfg.yamltext.document import Document

if TYPE_CHECKING:
    from stackcfg.manifests.objects import ManifestObject

_MARKS: Final = ("ogx.io/", "llamastack.io/")
"""The API groups of the operators' objects."""

_CONTAINERS: Final = ("containers:", "services:")
_PROGRAM: Final = "ogx"


class OtherFiles(NamedTuple):
    """The other files of a run: `file` is the one that is validated.

    `find` returns those of their objects that can matter to what has
    these names.
    """

    file: str
    find: Callable[[Collection[str]], Sequence[ManifestObject]]


def may_hold_objects(text: str) -> bool:
    """Return whether a text is worth a search for objects."""
    return any(mark in text for mark in _MARKS) or mentions_server(text)


def mentions_server(text: str) -> bool:
    """Return whether a text may have a container that runs ogx."""
    if not any(mark in text for mark in _CONTAINERS):
        return False
    return _PROGRAM in text.lower()


def may_start_server(file: str, text: str) -> bool:
    """Return whether a file of another kind than YAML is worth a search
    for what starts ogx.
    """
    from stackcfg.manifests.file_names import is_yaml

    return not is_yaml(file) and _PROGRAM in text.lower()


def find_objects(
    text: str, documents: Sequence[Document], file: str = ""
) -> list[ManifestObject]:
    """Return all objects of a text, if rules are about any of them.

    Raises `InputError`.
    """
    if not may_hold_objects(text):
        return []
    from stackcfg.validation.manifest_check import find_judged_objects

    return find_judged_objects(documents, file)


def holds_objects(text: str) -> bool:
    """Return whether a text has objects that rules are about.

    Raises `InputError`.
    """
    if not may_hold_objects(text):
        return False
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    return bool(find_objects(text, documents))
