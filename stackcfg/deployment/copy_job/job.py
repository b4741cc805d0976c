"""The objects of a Job that copies the rows of one server for another one.

The Job copies and then verifies, each in a container of its own, so
that the image needs no shell. It is not started again by itself: what
it left is for its users to read. The run configs are in a ConfigMap of
the Job, since that of the server holds the old one before the new
server is applied and the new one after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import yaml

from stackcfg.deployment.copy_job.mounted_configs import VOLUME_SOURCES, MountedConfig
from stackcfg.deployment.copy_job.server_pods import (
    MountedVolume,
    ServerPod,
    home_of,
)
from stackcfg.deployment.copy_job.variables import merge_sources, merge_variables
from stackcfg.errors import StackcfgError
from stackcfg.manifests.objects import CONFIG_MAP, SECRET
from stackcfg.paths import value_at

Fields = dict[str, Any]

IMAGE_TO_NAME: Final = "IMAGE-WITH-STACKCFG"
"""A placeholder for the name of an image, which no cluster accepts as one."""

SUFFIX: Final = "-copy-rows"
_LONGEST_NAME: Final = 63
_FOLDER: Final = "/etc/stackcfg"
_CONFIGS: Final = "configs"
_OLD_FILE, _NEW_FILE = "old.yaml", "new.yaml"
_BY_NAME: Final = ("configMap", "secret", "projected", "downwardAPI")
"""Volumes that hold no rows."""


class JobOptions(NamedTuple):
    """What the containers are made of: an image, and options of the commands."""

    image: str
    arguments: Sequence[str] = ()


def name_job(new: ServerPod) -> str:
    """Return the name of the Job that copies rows for a server."""
    return new.name[: _LONGEST_NAME - len(SUFFIX)].rstrip("-.") + SUFFIX


def build_objects(
    old: ServerPod,
    new: ServerPod,
    options: JobOptions,
) -> list[Fields]:
    """Return the ConfigMap and the Job. Raises `StackcfgError`."""
    metadata: Fields = {"name": name_job(new)}
    if new.namespace:
        metadata["namespace"] = new.namespace
    texts = {
        file: config.text
        for file, config in ((_OLD_FILE, old.config), (_NEW_FILE, new.config))
        if config.kind == CONFIG_MAP
    }
    found: list[Fields] = []
    if texts:
        found.append(
            {
                "apiVersion": "v1",
                "kind": CONFIG_MAP,
                "metadata": metadata,
                "data": texts,
            }
        )
    pod = {
        "restartPolicy": "Never",
        **new.settings,
        **_account(old),
        **_containers(old, new, options),
        "volumes": [*_volumes(old, new), _config_volume(old, new, metadata["name"])],
    }
    spec = {"backoffLimit": 0, "template": {"spec": pod}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}
    return [*found, job]


def _account(old: ServerPod) -> Fields:
    """Return the account of the old server: that of the new one
    need not exist yet.
    """
    name = old.settings.get("serviceAccountName")
    return {"serviceAccountName": name} if name else {}


def _containers(old: ServerPod, new: ServerPod, options: JobOptions) -> Fields:
    """Return the container that copies, and the one that verifies after it."""
    variables = merge_variables(old, new)
    home = home_of(new) or home_of(old)
    if home and not any(each["name"] == "HOME" for each in variables):
        variables.append({"name": "HOME", "value": home})
    shared: Fields = {
        "env": variables,
        "envFrom": merge_sources(old, new),
        "volumeMounts": [*_mounts(old, new)],
        "securityContext": new.security,
    }
    shared = {name: value for name, value in shared.items() if value}
    files = (f"{_FOLDER}/{_OLD_FILE}", f"{_FOLDER}/{_NEW_FILE}")
    made = []
    for action in ("copy", "verify"):
        command = ["stackcfg", "data", action, *files, *options.arguments]
        made.append(
            {"name": action, "image": options.image, "command": command, **shared}
        )
    return {"initContainers": made[:1], "containers": made[1:]}


def kept_volumes(old: ServerPod, new: ServerPod) -> list[MountedVolume]:
    """Return what both servers mount and keep, their run configs apart.

    Raises `StackcfgError` where they mount different volumes at one
    folder.
    """
    found: dict[str, MountedVolume] = {}
    for pod in (new, old):
        for volume in pod.volumes:
            if not volume.is_kept or _holds_config(volume, pod.config):
                continue
            known = found.setdefault(volume.folder.rstrip("/") or "/", volume)
            if known.source != volume.source and not _is_by_name(volume):
                message = (
                    f"{old.title} and {new.title} mount different volumes at "
                    f"'{volume.folder}', and one pod cannot"
                )
                hint = "mount the new volume at another folder, and name that in the config"
                raise StackcfgError(message, hint=hint)
    return [*found.values()]


def _is_by_name(volume: MountedVolume) -> bool:
    return any(kind in volume.source for kind in _BY_NAME)


def _holds_config(volume: MountedVolume, config: MountedConfig) -> bool:
    return bool(value_at(volume.source, VOLUME_SOURCES[config.kind]) == config.name)


def _named_sources(
    old: ServerPod,
    new: ServerPod,
) -> dict[str, Mapping[str, Any]]:
    """Return what is mounted by the names that the volumes of the Job get."""
    named: dict[str, Mapping[str, Any]] = {}
    for volume in kept_volumes(old, new):
        if volume.source not in named.values():
            claim = value_at(volume.source, ("persistentVolumeClaim", "claimName"))
            name = f"volume-{len(named) + 1}"
            if isinstance(claim, str) and len(claim) < _LONGEST_NAME:
                name = claim.replace(".", "-")
            named[name] = volume.source
    return named


def _volumes(old: ServerPod, new: ServerPod) -> Iterator[Fields]:
    for name, source in _named_sources(old, new).items():
        yield {"name": name, **source}


def _mounts(old: ServerPod, new: ServerPod) -> Iterator[Fields]:
    named = _named_sources(old, new)
    for volume in kept_volumes(old, new):
        name = next(name for name, each in named.items() if each == volume.source)
        yield {"name": name, "mountPath": volume.folder, **volume.mount}
    yield {"name": _CONFIGS, "mountPath": _FOLDER, "readOnly": True}


def _config_volume(old: ServerPod, new: ServerPod, name: str) -> Fields:
    """Return the volume with both run configs; that of a Secret stays in it."""
    sources: list[Fields] = []
    if CONFIG_MAP in (old.config.kind, new.config.kind):
        sources.append({"configMap": {"name": name}})
    if old.config.kind == new.config.kind == SECRET and (
        (old.config.name, old.config.key) == (new.config.name, new.config.key)
    ):
        message = f"both run configs are the key '{new.config.key}' of Secret '{new.config.name}'"
        raise StackcfgError(message, hint="give the Secret of the new one another name")
    for file, config in ((_OLD_FILE, old.config), (_NEW_FILE, new.config)):
        if config.kind == SECRET:
            items = [{"key": config.key, "path": file}]
            sources.append({"secret": {"name": config.name, "items": items}})
    return {"name": _CONFIGS, "projected": {"sources": sources}}


class _Dumper(yaml.SafeDumper):
    """Writes a string of several lines as such, and everything without anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Return that every value is written out."""
        return True


def _represent_string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_string)


def write_job(old: ServerPod, new: ServerPod, options: JobOptions) -> str:
    """Return the manifest of a Job. Raises `StackcfgError`."""
    documents = [
        yaml.dump(each, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
        for each in build_objects(old, new, options)
    ]
    return "".join([*_head(old, new), "---\n".join(documents)])


def _head(old: ServerPod, new: ServerPod) -> list[str]:
    kubectl = "kubectl"
    if new.namespace:
        kubectl = f"kubectl -n {new.namespace}"
    name = name_job(new)
    lines = (
        f"Copies the rows of {old.title} to where {new.title} reads them.",
        "Stop the old server, and do not start the new one yet. Then:",
        f"  {kubectl} apply -f FILE",
        f"  {kubectl} get job/{name} --watch",
        f"  {kubectl} logs job/{name} --all-containers",
        "A Job that failed wrote each database completely or not at all. This continues:",
        f"  {kubectl} replace --force -f FILE",
    )
    return [f"# {line}".rstrip() + "\n" for line in lines]
