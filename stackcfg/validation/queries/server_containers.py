"""The containers of an object that certainly run a server of ogx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from stackcfg.manifests.containers import Container, read_containers
from stackcfg.manifests.objects import SERVER, ManifestObject
from stackcfg.manifests.server_evidence import find_evidence
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, as_mapping, list_at, value_at, walk_values
from stackcfg.releases.server_environment import is_old_image, is_server_image

_OVERRIDES: Path = ("spec", "workload", "overrides")
_DISTRIBUTION: Path = ("spec", "distribution")

UNKNOWN = "<unknown>"
"""The value of a variable that is elsewhere."""


class ServerContainer(NamedTuple):
    """A container of a server: what of it a rule looks at, with paths in the
    object.

    `image` is the name of the image or distribution, `env` and `mounts` are the
    paths of the entries.
    """

    image: str
    env: tuple[Path, ...]
    mounts: tuple[Path, ...]
    words: tuple[Path, ...] = ()


def find_server_containers(found: ManifestObject) -> Iterator[ServerContainer]:
    """Yield the containers that run ogx: that of an `OGXServer`, and in other
    objects those that a command or an image proves.
    """
    if found.kind == SERVER and found.group == "ogx.io":
        yield _container_of_server(found)
        return
    for container in read_containers([found]):
        if _runs_ogx(container):
            yield _read_container(found.data, container)


def has_server_container(found: ManifestObject) -> bool:
    """Return whether an object has a container that certainly runs ogx."""
    return any(find_server_containers(found))


def _runs_ogx(container: Container) -> bool:
    evidence = find_evidence(container)
    if evidence is None or not evidence.is_proved:
        return False
    image = container.image
    has_new_image = is_server_image(image) and not is_old_image(image)
    return has_new_image or not evidence.is_old


def _container_of_server(found: ManifestObject) -> ServerContainer:
    data = found.data
    image = ""
    for name in ("image", "name"):
        value = value_at(data, (*_DISTRIBUTION, name))
        if isinstance(value, str) and not image:
            image = value
    mounts: list[Path] = [("spec", "workload", "storage", "mountPath")]
    mounts += [
        (*path, "mountPath") for path in _entries(data, _OVERRIDES, "volumeMounts")
    ]
    words = [
        *_entries(data, _OVERRIDES, "command"),
        *_entries(data, _OVERRIDES, "args"),
    ]
    env = tuple(_entries(data, _OVERRIDES, "env"))
    return ServerContainer(image, env, tuple(mounts), tuple(words))


def _read_container(data: Mapping[str, Any], container: Container) -> ServerContainer:
    path = _path_of(data, container)
    entries = partial(_entries, data, path)
    mounts = tuple((*each, "mountPath") for each in entries("volumeMounts"))
    words = (*entries("command"), *entries("args"))
    return ServerContainer(container.image, tuple(entries("env")), mounts, words)


def _path_of(data: Mapping[str, Any], container: Container) -> Path:
    """Return where a container is in its object."""
    for path, value in walk_values(data):
        if value is container.data:
            return path
    raise ValueError(f"{container.place} is not in its object")


def _entries(data: Mapping[str, Any], holder: Path, name: str) -> Iterator[Path]:
    path = (*holder, name)
    for index in range(len(list_at(data, path))):
        yield (*path, index)


def variables_of(
    found: ManifestObject, container: ServerContainer
) -> Iterator[tuple[Path, str, str]]:
    """Yield the variables of a container: the path of the entry, name, value."""
    for path in container.env:
        entry = as_mapping(value_at(found.data, path))
        name, value = entry.get("name"), entry.get("value")
        if not isinstance(name, str) or is_unknown(name):
            continue
        if not isinstance(value, str):
            value = UNKNOWN if "valueFrom" in entry else ""
        yield path, name, value
