"""Patches in a kustomization: where their text is, and which objects they change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.objects import ManifestObject
from stackcfg.paths import as_list, as_mapping
from stackcfg.yamltext.document import SCALAR, Node

_KEYS: Final = ("patches", "patchesStrategicMerge", "patchesJson6902")


class Patch(NamedTuple):
    """An entry of a kustomization: the text of a patch, or the path of its file.

    `target` selects the objects that it changes. Where it is empty, the
    patch names the object itself.
    """

    source: ManifestObject
    target: Mapping[Any, Any]
    path: str = ""
    text: Node | None = None

    def selects(self, found: ManifestObject) -> bool:
        """Return whether an object is one that the target selects.

        Names, kinds and namespaces are patterns, as kustomize reads
        them.
        """
        *_, version = str(found.data.get("apiVersion", "")).rpartition("/")
        own = {
            "kind": found.kind,
            "group": found.group,
            "version": version,
            "name": found.name,
        }
        if not all(_fits(self.target.get(key), own[key]) for key in own):
            return False
        namespace = self.target.get("namespace")
        if found.namespace and not _fits(namespace, found.namespace):
            return False
        return _has_labels(found, self.target.get("labelSelector"))

    def named_object(self) -> Iterator[ManifestObject]:
        """Yield what the target says of an object that is not in the input."""
        kind, name = self.target.get("kind"), self.target.get("name")
        if isinstance(kind, str):
            data = {"kind": kind, "metadata": {"name": name}}
            yield self.source._replace(path=(), data=data)


def read_patches(source: ManifestObject) -> Iterator[Patch]:
    """Yield the patches of a kustomization or component."""
    for key in _KEYS:
        listed = source.node.get(key)
        if listed is None:
            continue
        entries = as_list(source.data.get(key))
        for item, entry in zip(listed.items, entries, strict=False):
            yield from _read_entry(source, item.target, entry)


def _read_entry(source: ManifestObject, node: Node, entry: Any) -> Iterator[Patch]:
    if isinstance(entry, str):
        # an item of `patchesStrategicMerge`: a path, or a patch
        if "\n" in entry:
            yield Patch(source, {}, text=node)
        else:
            yield Patch(source, {}, path=entry)
        return
    target = as_mapping(as_mapping(entry).get("target"))
    path, text = as_mapping(entry).get("path"), node.get("patch")
    if isinstance(path, str):
        yield Patch(source, target, path=path)
    elif text is not None and text.kind == SCALAR:
        yield Patch(source, target, text=text)


def _fits(pattern: Any, value: str) -> bool:
    """Return whether a pattern fits a whole string; none fits all."""
    if not isinstance(pattern, str) or not pattern:
        return True
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return pattern == value


def _has_labels(found: ManifestObject, selector: Any) -> bool:
    """Return whether an object can have the labels that a selector names."""
    for each in str(selector or "").split(","):
        name, equals, value = each.partition("=")
        if not equals or name.endswith("!"):
            continue
        if str(found.labels.get(name.strip())) != value.lstrip("=").strip():
            return False
    return True
