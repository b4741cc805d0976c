"""What a manifest rule may look at: an object, its definition, and the
other objects of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from stackcfg.light_typing import Any
from stackcfg.manifests.objects import (
    KUSTOMIZATION,
    OLD_SERVER,
    SERVER,
    ManifestObject,
    ManifestSet,
    can_be_same_namespace,
)
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, as_mapping, list_at, mapping_at, value_at
from stackcfg.releases.custom_resources import CustomResource, custom_resource
from stackcfg.releases.families import Target
from stackcfg.releases.versions import format_release
from stackcfg.validation.resource_check import MISSING, FieldError, check_resource

GROUPS: Mapping[str, str] = {SERVER: "ogx.io", OLD_SERVER: "llamastack.io"}
"""The kinds of the operators, and the API group of each."""

_PATCHES = ("patches", "patchesStrategicMerge")


class ManifestInspection:
    """One object of the operators; `manifests` are all objects of the run.

    `target` is the named one, if any.
    """

    def __init__(
        self,
        judged: ManifestObject,
        manifests: ManifestSet,
        target: Target | None = None,
    ) -> None:
        self.object = judged
        self.manifests = manifests
        self.target = target

    @property
    def is_new(self) -> bool:
        """Whether the object is of the operator for ogx."""
        return self.object.kind == SERVER

    @property
    def spec(self) -> Mapping[Any, Any]:
        """The `spec` of the object."""
        return mapping_at(self.object.data, ("spec",))

    @cached_property
    def resource(self) -> CustomResource:
        """The definition of the object's kind."""
        found = custom_resource(self.object.kind)
        if found is None:
            raise ValueError(f"no definition of '{self.object.kind}'")
        return found

    @property
    def operator(self) -> str:
        """The release of the operator whose definition counts."""
        return format_release(self.resource.since)

    @property
    def has_known_version(self) -> bool:
        """Whether the definition is that of the version that the object names."""
        named = self.object.api_version
        return is_unknown(named) or named == self.resource.api_version

    @cached_property
    def errors(self) -> Sequence[FieldError]:
        """What the API server refuses in the object.

        A patch is only part of an object: nothing is missing in it. The
        fields of another version are not known.
        """
        if not self.has_known_version:
            return ()
        found = list(check_resource(self.object.data, self.resource))
        if self.is_patch:
            found = [each for each in found if not _is_about_absence(each)]
        return found

    def value(self, *path: str | int) -> Any:
        """Return what is at a path, None where that is not known."""
        found = value_at(self.object.data, path)
        return None if is_unknown(found) else found

    def text(self, *path: str | int) -> str:
        """Return the string at a path, empty where none is known."""
        found = self.value(*path)
        return found if isinstance(found, str) else ""

    def written(self, *path: str | int) -> str:
        """Return the string at a path as it is written, empty where none is."""
        found = value_at(self.object.data, path)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        return found if isinstance(found, str) else ""

    def items(self, *path: str | int) -> Sequence[tuple[Path, Mapping[Any, Any]]]:
        """Return the mappings of the list at a path, each with its path."""
        return [
            ((*path, index), as_mapping(item))
            for index, item in enumerate(list_at(self.object.data, path))
        ]

    @property
    def name(self) -> str:
        """The name of the object, empty where that is not known."""
        return "" if is_unknown(self.object.name) else self.object.name

    def siblings(self, kind: str) -> Sequence[ManifestObject]:
        """Return the other objects of a kind that can be in this namespace."""
        here = self.object.namespace
        return [
            each
            for each in self.manifests.of_kind(kind)
            if each is not self.object and can_be_same_namespace(each.namespace, here)
        ]

    @cached_property
    def is_patch(self) -> bool:
        """Whether a kustomization of the run has this object as a patch."""
        if "$patch" in self.object.data or "$patch" in self.spec:
            return True
        if any(self._is_patch_of(each) for each in self.siblings(self.object.kind)):
            return True
        names = _patch_files(self.manifests)
        file = self.object.file.replace("\\", "/")
        return any(file == name or file.endswith("/" + name) for name in names)

    def _is_patch_of(self, other: ManifestObject) -> bool:
        """Return whether another object of the same name has what this lacks."""
        if other.name != self.object.name or not other.name:
            return False
        own, others = self.spec, mapping_at(other.data, ("spec",))
        return any(key not in own and key in others for key in _WHOLE)


_WHOLE = ("distribution", "server")
"""What a whole object has in its `spec`."""


def _is_about_absence(error: FieldError) -> bool:
    if error.kind == MISSING:
        return True
    return error.condition[:1] in (("one-of",), ("needed-for",))


def _patch_files(manifests: ManifestSet) -> set[str]:
    """Return the files that kustomizations of the run name as patches."""
    found: set[str] = set()
    for kustomization in manifests.of_kind(KUSTOMIZATION):
        for key in _PATCHES:
            for each in list_at(kustomization.data, (key,)):
                name = each if isinstance(each, str) else as_mapping(each).get("path")
                if isinstance(name, str) and "\n" not in name:
                    found.add(name.replace("\\", "/").removeprefix("./"))
    return found
