"""The ConfigMaps and Secrets that an object of an operator names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.manifests.generated_objects import find_generated
from stackcfg.manifests.objects import (
    CONFIG_MAP,
    CONTENT_SECTIONS,
    SECRET,
    ManifestObject,
)
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, mapping_at, value_at, walk_values
from stackcfg.releases.custom_resources import MOUNTED_CONFIG_KEYS
from stackcfg.releases.resource_paths import (
    NEW_CERTIFICATES,
    NEW_CONFIG,
    NEW_OVERRIDES,
    OLD_CONFIG,
    OLD_CONTAINER,
    OLD_POD,
    OLD_USER_CONFIG,
)
from stackcfg.validation.manifest_inspection import ManifestInspection


class Reference(NamedTuple):
    """A ConfigMap or Secret that an object names, and where.

    One of `keys` must be in it, if there are any. `is_watched`: the
    operator itself reads it, and sees it only with a label.
    """

    kind: str
    name: str
    path: Path
    keys: Sequence[str] = ()
    key_path: Path = ()
    is_watched: bool = False


def find_references(inspection: ManifestInspection) -> Iterator[Reference]:
    """Yield each reference whose name is known and that is not optional."""
    found = _new_references if inspection.is_new else _old_references
    for each in found(inspection):
        if each.name and not is_unknown(each.name):
            yield each


def _new_references(inspection: ManifestInspection) -> Iterator[Reference]:
    """Yield the references of an `OGXServer`."""
    maps: list[Path] = [NEW_CONFIG[:-1], ("spec", "baseConfig")]
    maps += [path for path, _ in inspection.items(*NEW_CERTIFICATES)]
    for path in maps:
        yield from _named_key(inspection, CONFIG_MAP, path, is_watched=True)
    for section in ("providers", "storage"):
        for path in _secret_paths(inspection.object.data, ("spec", section)):
            yield from _named_key(inspection, SECRET, path, is_watched=True)
    yield from _references_of_pod(inspection, NEW_OVERRIDES, NEW_OVERRIDES)


def _old_references(inspection: ManifestInspection) -> Iterator[Reference]:
    """Yield the references of a `LlamaStackDistribution`."""
    name = inspection.text(*OLD_CONFIG)
    if name and not inspection.text(*OLD_USER_CONFIG, "configMapNamespace"):
        yield Reference(
            CONFIG_MAP,
            name,
            OLD_CONFIG,
            MOUNTED_CONFIG_KEYS,
            OLD_CONFIG,
        )
    yield from _references_of_pod(inspection, OLD_POD, OLD_CONTAINER)


def _named_key(
    inspection: ManifestInspection, kind: str, path: Path, is_watched: bool = False
) -> Iterator[Reference]:
    """Yield the reference `{name, key}` at a path, if there is one."""
    name = inspection.text(*path, "name")
    if not name or value_at(inspection.object.data, (*path, "optional")) is True:
        return
    key = inspection.text(*path, "key")
    keys = (key,) if key else ()
    key_path = (*path, "key")
    yield Reference(
        kind,
        name,
        (*path, "name"),
        keys,
        key_path,
        is_watched,
    )


def _secret_paths(data: Mapping[str, Any], section: Path) -> Iterator[Path]:
    """Yield the paths of all mappings `{name, key}` in a section."""
    for path, value in walk_values(value_at(data, section)):
        is_reference = isinstance(value, Mapping) and {"name", "key"} <= value.keys()
        if is_reference and "settings" not in path:
            yield (*section, *path)


def _references_of_pod(
    inspection: ManifestInspection, pod: Path, container: Path
) -> Iterator[Reference]:
    """Yield what the variables and volumes of a pod name."""
    for path, _ in inspection.items(*container, "env"):
        source = (*path, "valueFrom")
        yield from _named_key(inspection, CONFIG_MAP, (*source, "configMapKeyRef"))
        yield from _named_key(inspection, SECRET, (*source, "secretKeyRef"))
    for path, _ in inspection.items(*pod, "volumes"):
        yield from _volume(
            inspection,
            CONFIG_MAP,
            (*path, "configMap"),
            "name",
        )
        yield from _volume(
            inspection,
            SECRET,
            (*path, "secret"),
            "secretName",
        )


def _volume(
    inspection: ManifestInspection, kind: str, path: Path, name: str
) -> Iterator[Reference]:
    """Yield the object that a volume is, unless it is optional."""
    found = inspection.text(*path, name)
    if found and value_at(inspection.object.data, (*path, "optional")) is not True:
        yield Reference(kind, found, (*path, name))


def find_referenced(
    inspection: ManifestInspection, reference: Reference
) -> ManifestObject | None:
    """Return the object of the run that a reference means."""
    namespace = inspection.object.namespace
    return inspection.manifests.find(reference.kind, reference.name, namespace)


def keys_of(found: ManifestObject) -> set[str]:
    """Return the keys of a ConfigMap or Secret."""
    keys: set[str] = set()
    for section in CONTENT_SECTIONS:
        keys.update(map(str, mapping_at(found.data, (section,))))
    return keys


def is_generated(inspection: ManifestInspection, reference: Reference) -> bool:
    """Return whether a kustomization of the run makes what a reference means."""
    found = find_generated(inspection.manifests, reference.kind, reference.name)
    return found is not None


def describe_place(inspection: ManifestInspection, found: ManifestObject) -> str:
    """Return where an object is, in words: the line, and the file if it
    is another one.
    """
    line = found.document.position(found.node.start).line
    if found.file == inspection.object.file:
        return f"line {line}"
    return f"{found.file}, line {line}"
