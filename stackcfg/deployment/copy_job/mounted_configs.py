"""The run config that a server mounts: in which object it is, and which
objects describe a server that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackcfg.errors import StackcfgError
from stackcfg.loading.configs import RunConfig
from stackcfg.manifests.objects import (
    CONFIG_MAP,
    CONTENT_SECTIONS,
    OLD_SERVER,
    SECRET,
    SERVER,
    ManifestObject,
    can_be_same_namespace,
)
from stackcfg.paths import Path, as_mapping, list_at, mapping_at, value_at
from stackcfg.releases.resource_paths import NEW_CONFIG, OLD_CONFIG
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.document import Document

Fields = Mapping[str, Any]

VOLUME_SOURCES: Final = {
    CONFIG_MAP: ("configMap", "name"),
    SECRET: ("secret", "secretName"),
}
"""How a volume names an object: its field, and the field of the name."""

_TEMPLATES: Final = ("Deployment", "StatefulSet", "DeploymentConfig", "ReplicaSet")


@dataclass(frozen=True, slots=True)
class MountedConfig:
    """The run config of a server, and the object that holds it."""

    kind: str
    name: str
    key: str
    text: str


def find_holder(
    config: RunConfig, objects: Iterable[ManifestObject], file: str
) -> tuple[ManifestObject, MountedConfig]:
    """Return the ConfigMap or Secret that a run config is in, as it is mounted."""
    if config.holders:
        path = config.holders[-1].path
        for each in objects:
            rest = _path_within(each, config.file_document, path)
            if each.kind in VOLUME_SOURCES and rest[:1] and rest[0] in CONTENT_SECTIONS:
                text = config.holders[0].text
                key = as_string(rest[1])
                return each, MountedConfig(each.kind, each.name, key, text)
    message = f"{file} is no manifest with a run config in a ConfigMap or Secret"
    hint = "'--format job' needs the manifests of both servers"
    raise StackcfgError(message, hint=hint)


def _path_within(found: ManifestObject, document: Document, path: Path) -> Path:
    """Return a path of a document inside of an object; empty if it is not in it."""
    length = len(found.path)
    if found.document is not document or path[:length] != found.path:
        return ()
    return path[length:]


def reads_config(found: ManifestObject, config: MountedConfig, namespace: str) -> bool:
    """Return whether an object describes a server that reads a run config."""
    if not can_be_same_namespace(found.namespace, namespace):
        return False
    if found.kind == OLD_SERVER:
        return text_at(found.data, *OLD_CONFIG) == config.name
    if found.kind == SERVER:
        return text_at(found.data, *NEW_CONFIG) == config.name
    return any(
        is_volume_of(each, config) for each in list_at(pod_of(found), ("volumes",))
    )


def is_volume_of(volume: Any, config: MountedConfig) -> bool:
    """Return whether a volume is the object that holds a run config, or has it."""
    field, name = VOLUME_SOURCES[config.kind]
    if value_at(volume, (field, name)) == config.name:
        return True
    parts = list_at(as_mapping(volume), ("projected", "sources"))
    return any(value_at(each, (field, "name")) == config.name for each in parts)


def pod_of(found: ManifestObject) -> Fields:
    """Return the pod that an object of Kubernetes makes, or is; else nothing."""
    if found.kind == "Pod":
        return mapping_at(found.data, ("spec",))
    if found.kind in _TEMPLATES:
        return mapping_at(found.data, ("spec", "template", "spec"))
    return {}


def text_at(data: Any, *path: str) -> str:
    """Return the value at a path as a string; empty where there is none."""
    return as_string(value_at(data, path))
