"""The volumes of a deployment: what is mounted where, and whether it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.server_places import NEW_STORAGE, OLD_STORAGE
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.yamltext.lines import Position

_ADOPTED: Final = ("metadata", "annotations", "ogx.io/adopt-storage")
_NEW: Final = ("spec", "workload")
_OLD: Final = ("spec", "server")
_OWN: Final = ("ogx-storage", "lls-storage")
"""What the operators call the volume that they mount themselves."""

_CLAIM: Final = "persistentVolumeClaim"


@dataclass(frozen=True, slots=True)
class DeployedVolume:
    """A volume: its name, what it is, and the folder where it is mounted.

    `is_kept`: its files outlive the pod. `adopted` names the old object whose
    volume it is.
    """

    name: str
    what: str
    folder: str
    position: Position
    size: str = ""
    is_kept: bool = False
    adopted: str = ""


def read_volumes(inspection: ManifestInspection) -> Iterator[DeployedVolume]:
    """Yield the volumes of an object, that of the operator first."""
    own = _operator_volume(inspection)
    yield own
    pod: Path = (*_OLD, "podOverrides")
    if inspection.is_new:
        pod = (*_NEW, "overrides")
    sources = {item.get("name"): item for _, item in inspection.items(*pod, "volumes")}
    for path, mount in inspection.items(*pod, "volumeMounts"):
        folder = inspection.written(*path, "mountPath")
        name = inspection.written(*path, "name")
        position = _position(inspection, path)
        if name in _OWN:
            yield replace(own, folder=folder, position=position)
            continue
        source = as_mapping(sources.get(mount.get("name")))
        what, claim = _describe_source(source)
        yield DeployedVolume(
            claim or name, what, folder, position, is_kept=what == _CLAIM
        )


def _operator_volume(inspection: ManifestInspection) -> DeployedVolume:
    """Return the volume that the operator mounts: a claim, or an empty folder."""
    workload, default = _OLD, OLD_STORAGE
    if inspection.is_new:
        workload, default = _NEW, NEW_STORAGE
    path: Path = (*workload, "storage")
    folder = inspection.written(*path, "mountPath") or default
    position = _position(inspection, path)
    if value_at(inspection.subject.data, path) is None:
        return DeployedVolume("", "emptyDir", folder, position)
    adopted = inspection.written(*_ADOPTED)
    name = f"{adopted or inspection.subject.name}-pvc"
    size = inspection.written(*path, "size") or "10Gi"
    if adopted:
        size = ""
    return DeployedVolume(
        name, _CLAIM, folder, position, size, is_kept=True, adopted=adopted
    )


def _describe_source(source: Mapping[Any, Any]) -> tuple[str, str]:
    """Return what a volume is, and the name of its claim."""
    for kind, value in source.items():
        if kind != "name":
            claim = as_mapping(value).get("claimName")
            return str(kind), claim if isinstance(claim, str) else ""
    return "unknown", ""


def _position(inspection: ManifestInspection, path: Path) -> Position:
    subject = inspection.subject
    node = subject.node.at(path) or subject.node
    return subject.document.position(node.start)
