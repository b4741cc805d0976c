"""Lists of the old resource by its own kind, as the API server returns them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.deployment.changes import DeploymentChange, FileEdit, Refusal
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import OLD_SERVER, SERVER
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.yamltext.document import SEQUENCE, Document, Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted

OLD_LIST: Final = f"{OLD_SERVER}List"
NEW_LIST: Final = f"{SERVER}List"


def convert_lists(files: DeploymentFiles) -> Iterator[DeploymentChange]:
    """Yield the edits that make a list one of the new resource."""
    for name in files.holding(OLD_LIST):
        try:
            documents = files.documents(name)
        except InputError:
            # whoever reads the objects says so
            continue
        for document in documents:
            yield from _convert_list(document, name)


def _convert_list(document: Document, name: str) -> Iterator[DeploymentChange]:
    """Yield the new kind of a list of old objects, or why it is refused."""
    root = document.root.target
    kind, version = root.get("kind"), root.get("apiVersion")
    if kind is None or kind.text != OLD_LIST:
        return
    bare = _item_without_kind(root)
    if bare is not None:
        position = document.position(bare.start)
        message = f"an item of a {OLD_LIST} without 'kind'"
        hint = "write 'apiVersion' and 'kind' into each item, as 'kubectl get' does"
        yield Refusal(name, InputError(message, position, hint))
        return
    yield FileEdit(name, OLD_LIST, _replacement(kind, NEW_LIST))
    resource = custom_resource(SERVER)
    if version is not None and resource is not None:
        edit = _replacement(version, resource.api_version)
        yield FileEdit(name, OLD_LIST, edit)


def _item_without_kind(root: Node) -> Node | None:
    items = root.get("items")
    if items is None or items.kind != SEQUENCE:
        return None
    for item in items.items:
        if item.target.get("kind") is None:
            return item
    return None


def _replacement(node: Node, new: str) -> Edit:
    """Return the edit that gives a scalar another text."""
    written = new
    if node.style == '"':
        written = emit_quoted(new)
    return Edit(*node.span, (written,))
