"""Objects of Kubernetes manifests, and how they are looked up by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, as_list, as_mapping, mapping_at, value_at
from stackcfg.yamltext.document import Document, Node
from stackcfg.yamltext.values import data_of

SERVER: Final = "OGXServer"
OLD_SERVER: Final = "LlamaStackDistribution"
"""The operator's resource, ogx.io, and the one before it, llamastack.io."""

SERVERS: Final = (SERVER, OLD_SERVER)
"""The kinds of objects of which an operator makes a server."""

CONFIG_MAP: Final = "ConfigMap"
SECRET: Final = "Secret"
CONTENT_SECTIONS: Final = ("data", "stringData", "binaryData")
"""The sections of ConfigMaps and Secrets with the texts that they hold, by key."""

KUSTOMIZATION: Final = "Kustomization"
KUSTOMIZATIONS: Final = (KUSTOMIZATION, "Component")
"""What `kustomize` builds from; the first is meant where no kind is named."""

_LISTS: Final = ("items", "objects")
"""Where `kind: List`, `<Kind>List` and an OpenShift `Template` hold objects."""

_MAX_DEPTH: Final = 4
"""How deep lists of objects are read in one another."""


class ManifestObject(NamedTuple):
    """One object: its data, and its place in a document of a file.

    `node` is the object's mapping, `path` where that is in the
    document: an item of a list is an object, too. `file` is the name of
    the file as it was given.
    """

    file: str
    document: Document
    node: Node
    path: Path
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Return the kind, empty if it is no string."""
        return _text_at(self.data, ("kind",))

    @property
    def group(self) -> str:
        """Return the API group without the version, empty for the core one."""
        group, _, version = self.api_version.rpartition("/")
        return group if version else ""

    @property
    def api_version(self) -> str:
        """Return the API group with the version, empty if it is no string."""
        return _text_at(self.data, ("apiVersion",))

    @property
    def name(self) -> str:
        """Return the name, empty if it has none."""
        return _text_at(self.data, ("metadata", "name"))

    @property
    def namespace(self) -> str:
        """Return the namespace, empty if the manifest does not say."""
        return _text_at(self.data, ("metadata", "namespace"))

    @property
    def labels(self) -> Mapping[Any, Any]:
        """Return the labels of the object itself."""
        return mapping_at(self.data, ("metadata", "labels"))


def _text_at(data: Any, path: Path) -> str:
    value = value_at(data, path)
    return value if isinstance(value, str) else ""


def read_objects(documents: Iterable[Document], file: str = "") -> list[ManifestObject]:
    """Return the objects of documents, those in lists and templates included.

    A document without `kind` is none. Raises `ParseError` for a value
    that no server reads.
    """
    found: list[ManifestObject] = []
    for document in documents:
        root = document.root.target
        data = as_mapping(data_of(document.root))
        whole = ManifestObject(
            file=file,
            document=document,
            node=root,
            path=(),
            data=data,
        )
        found += _objects_in(whole, 0)
    return found


def _objects_in(found: ManifestObject, depth: int) -> Iterator[ManifestObject]:
    """Yield an object, or those in it if it is a list."""
    if not found.kind:
        return
    names = [name for name in _LISTS if as_list(found.data.get(name))]
    if not names or depth > _MAX_DEPTH:
        yield found
        return
    for name in names:
        for index, item in enumerate(as_list(found.data[name])):
            path = (name, index)
            node = found.node.at(path)
            if node is None or not isinstance(item, Mapping):
                continue
            inner = found._replace(node=node, path=(*found.path, *path), data=item)
            yield from _objects_in(inner, depth + 1)


def can_be_same_namespace(one: str, other: str) -> bool:
    """Return whether two namespaces can be one: a manifest may leave it
    out, and a parameter may stand for it.
    """
    if is_unknown(one) or is_unknown(other):
        return True
    return not one or not other or one == other


class ManifestSet:
    """The objects of all files of one run, looked up by kind and name."""

    def __init__(self, objects: Iterable[ManifestObject]) -> None:
        self.objects = tuple(objects)

    def of_kind(self, *kinds: str) -> Iterator[ManifestObject]:
        """Yield the objects of a kind, or of several, in the order of the input."""
        for each in self.objects:
            if each.kind in kinds:
                yield each

    def find(
        self,
        kind: str,
        name: str,
        namespace: str = "",
    ) -> ManifestObject | None:
        """Return the object that a reference from this namespace means.

        A manifest without a namespace is applied to whichever is
        current, so it can be any.
        """
        return next(self.find_all(kind, name, namespace), None)

    def find_all(
        self,
        kind: str,
        name: str,
        namespace: str = "",
    ) -> Iterator[ManifestObject]:
        """Yield the object that a reference means, and the patches of
        it: kustomize writes those as objects of the same name.
        """
        for each in self.of_kind(kind):
            if each.name != name:
                continue
            if can_be_same_namespace(each.namespace, namespace):
                yield each
