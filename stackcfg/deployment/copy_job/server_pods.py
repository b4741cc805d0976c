"""The pod of a server as its manifests describe it: what it mounts, its
variables, and the run config that it reads.

Operators make the pod themselves; their volume, its folder and the
claim have names of their own (`kustomizer.go`, `resource_helper.go` of
both operators).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stackcfg.deployment.copy_job.mounted_configs import (
    Fields,
    MountedConfig,
    find_holder,
    is_volume_of,
    pod_of,
    reads_config,
    text_at,
)
from stackcfg.errors import StackcfgError
from stackcfg.loading.configs import (
    BOM,
    explain_no_run_config,
    find_run_configs,
    read_documents,
)
from stackcfg.manifests.objects import (
    SERVER,
    SERVERS,
    ManifestObject,
    read_objects,
)
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, as_mapping, list_at, mapping_at, value_at
from stackcfg.releases.custom_resources import ADOPT_STORAGE, OWN_VOLUMES
from stackcfg.releases.resource_paths import (
    NEW_CERTIFICATES,
    NEW_MOUNTS,
    NEW_OVERRIDES,
    NEW_WORKLOAD,
    OLD_BUNDLE,
    OLD_CONTAINER,
    OLD_MOUNTS,
    OLD_POD,
    OLD_WORKLOAD,
)
from stackcfg.releases.server_places import (
    NEW_FOLDER,
    NEW_STORAGE,
    OLD_FOLDER,
    OLD_STORAGE,
)
from stackcfg.runconfig.values import as_string

_ADOPTED: Final = ("metadata", "annotations", ADOPT_STORAGE)

_POD_SETTINGS: Final = (
    "serviceAccountName",
    "securityContext",
    "imagePullSecrets",
    "nodeSelector",
    "tolerations",
)
"""What decides where a pod runs and which files it may write."""

_GROUP_OF_FILES: Final = 1001
"""The group that both operators give the files of a volume (`FSGroup`)."""

_BUNDLE_FOLDER: Final = "/etc/ssl/certs/ca-bundle"


@dataclass(frozen=True, slots=True)
class MountedVolume:
    """A volume and where it is mounted.

    `source` is the volume without its name, `mount` the mount without
    name and folder.
    """

    source: Fields
    folder: str
    mount: Fields

    @property
    def is_kept(self) -> bool:
        """Return whether its files outlive the pod."""
        return "emptyDir" not in self.source


@dataclass(frozen=True, slots=True)
class ServerPod:
    """A server, by the object that describes it.

    `variables` are the entries of `env`, `sources` those of `envFrom`;
    `settings` are fields of the pod, `security` those of its container.
    """

    kind: str
    name: str
    namespace: str
    config: MountedConfig
    volumes: tuple[MountedVolume, ...]
    variables: tuple[Fields, ...]
    sources: tuple[Fields, ...]
    settings: Fields
    security: Fields

    @property
    def title(self) -> str:
        """Return the server in words."""
        return f"{self.kind} '{self.name}'"


def read_server_pod(text: str, file: str) -> ServerPod:
    """Return the server of a file that reads the run config of the file.

    Raises `InputError`, and `StackcfgError` unless it is one server.
    """
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    configs = list(find_run_configs(documents, lenient=True))
    if not configs:
        raise explain_no_run_config(documents)
    objects = read_objects(documents, file)
    holder, config = find_holder(configs[0], objects, file)
    found = [each for each in objects if reads_config(each, config, holder.namespace)]
    if len(found) != 1:
        wrong = "nothing in the file reads it"
        if found:
            names = ", ".join(f"{each.kind} '{each.name}'" for each in found)
            wrong = f"several read it: {names}"
        message = (
            f"{file}: the run config is in {config.kind} '{config.name}', and {wrong}"
        )
        hint = (
            "a Job needs the LlamaStackDistribution, OGXServer, Deployment or "
            "StatefulSet of one server beside it"
        )
        raise StackcfgError(message, hint=hint)
    server = found[0]
    if is_unknown(server.name):
        message = f"{file}: the name of the server is a parameter, '{server.name}'"
        raise StackcfgError(message, hint="fill the parameters in first")
    return _read_pod(server, config, server.namespace or holder.namespace)


def _read_pod(
    found: ManifestObject, config: MountedConfig, namespace: str
) -> ServerPod:
    if found.kind in SERVERS:
        pod, container = _pod_of_operator(found)
        volumes = [*_operator_volumes(found)]
    else:
        pod = pod_of(found)
        container = _container_of(pod, config)
        volumes = [*_claims_of_templates(found, container)]
    volumes += _mounted_volumes(pod, container)
    return ServerPod(
        found.kind,
        found.name,
        namespace,
        config,
        tuple(volumes),
        tuple(list_at(container, ("env",))),
        tuple(list_at(container, ("envFrom",))),
        {name: pod[name] for name in _POD_SETTINGS if name in pod},
        mapping_at(container, ("securityContext",)),
    )


def _pod_of_operator(found: ManifestObject) -> tuple[Fields, Fields]:
    """Return what the object of an operator says of the pod and its container."""
    pod = mapping_at(found.data, OLD_POD)
    environment = mapping_at(found.data, OLD_CONTAINER)
    if found.kind == SERVER:
        pod = mapping_at(found.data, NEW_OVERRIDES)
        environment = pod
    account = pod.get("serviceAccountName") or f"{found.name}-sa"
    settings = {
        "serviceAccountName": account,
        "securityContext": {"fsGroup": _GROUP_OF_FILES},
        "volumes": list_at(pod, ("volumes",)),
    }
    container = {
        "env": list_at(environment, ("env",)),
        "envFrom": list_at(environment, ("envFrom",)),
        "volumeMounts": list_at(pod, ("volumeMounts",)),
    }
    return settings, container


def _operator_volumes(found: ManifestObject) -> Iterator[MountedVolume]:
    workload, folder = OLD_WORKLOAD, OLD_STORAGE
    trust: Path = OLD_BUNDLE
    if found.kind == SERVER:
        workload, folder = NEW_WORKLOAD, NEW_STORAGE
        trust = NEW_CERTIFICATES
    storage = value_at(found.data, (*workload, "storage"))
    if storage is not None:
        folder = as_string(as_mapping(storage).get("mountPath")) or folder
        owner = text_at(found.data, *_ADOPTED) or found.name
        claim = {"persistentVolumeClaim": {"claimName": f"{owner}-pvc"}}
        yield MountedVolume(claim, folder, {})
        for mount in _own_mounts(found):
            rest = _without(mount, "name", "mountPath")
            yield MountedVolume(claim, as_string(mount.get("mountPath")), rest)
    if value_at(found.data, trust):
        bundle = {"configMap": {"name": f"{found.name}-ca-bundle", "optional": True}}
        yield MountedVolume(bundle, _BUNDLE_FOLDER, {})


def _own_mounts(found: ManifestObject) -> Iterator[Fields]:
    """Yield where else the user mounts the volume of the operator."""
    for path in (OLD_MOUNTS, NEW_MOUNTS):
        for mount in list_at(found.data, path):
            if as_mapping(mount).get("name") in OWN_VOLUMES:
                yield mount


def _container_of(pod: Fields, config: MountedConfig) -> Fields:
    names = [
        as_mapping(each).get("name")
        for each in list_at(pod, ("volumes",))
        if is_volume_of(each, config)
    ]
    containers = list_at(pod, ("containers",))
    for container in containers:
        mounts = list_at(as_mapping(container), ("volumeMounts",))
        if any(as_mapping(each).get("name") in names for each in mounts):
            return as_mapping(container)
    return as_mapping(next(iter(containers), None))


def _claims_of_templates(
    found: ManifestObject, container: Fields
) -> Iterator[MountedVolume]:
    """Yield the volumes that a StatefulSet makes for its first pod."""
    names = [
        text_at(each, "metadata", "name")
        for each in list_at(found.data, ("spec", "volumeClaimTemplates"))
    ]
    for mount in map(as_mapping, list_at(container, ("volumeMounts",))):
        name = mount.get("name")
        if name in names:
            claim = {"claimName": f"{name}-{found.name}-0"}
            rest = _without(mount, "name", "mountPath")
            folder = as_string(mount.get("mountPath"))
            yield MountedVolume({"persistentVolumeClaim": claim}, folder, rest)


def _mounted_volumes(pod: Fields, container: Fields) -> Iterator[MountedVolume]:
    sources = {
        as_mapping(each).get("name"): as_mapping(each)
        for each in list_at(pod, ("volumes",))
    }
    for mount in map(as_mapping, list_at(container, ("volumeMounts",))):
        source = sources.get(mount.get("name"))
        if source is not None:
            rest = _without(mount, "name", "mountPath")
            folder = as_string(mount.get("mountPath"))
            yield MountedVolume(_without(source, "name"), folder, rest)


def home_of(pod: ServerPod) -> str:
    """Return the home folder of a server; empty if nothing tells it.

    A volume at `HOME/.llama` tells it, or one below.
    """
    for entry in pod.variables:
        if entry.get("name") == "HOME" and entry.get("value"):
            return as_string(entry["value"])
    for volume in pod.volumes:
        parts = posixpath.normpath(volume.folder).split("/")
        for name in (OLD_FOLDER, NEW_FOLDER):
            if name in parts:
                return "/".join(parts[: parts.index(name)]) or "/"
    return ""


def _without(fields: Fields, *names: str) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
