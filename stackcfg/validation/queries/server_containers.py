"""The containers that certainly run a server of ogx: in objects, and
the services of a compose file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.containers import (
    Container,
    read_containers,
    services_of,
    target_of,
)
from stackcfg.manifests.objects import CONFIG_MAP, SECRET, SERVER, ManifestObject
from stackcfg.manifests.server_evidence import find_evidence
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import (
    Path,
    as_list,
    as_mapping,
    list_at,
    mapping_at,
    value_at,
    walk_values,
)
from stackcfg.releases.resource_paths import (
    NEW_DISTRIBUTION,
    NEW_OVERRIDES,
    NEW_WORKLOAD,
)
from stackcfg.releases.server_environment import is_old_image, is_server_image
from stackcfg.validation.rule_finding import EntryPart, key_of, value_of

_STORAGE: Path = (*NEW_WORKLOAD, "storage", "mountPath")
_STARTS: Final = ("command", "args")
_SOURCES: Final = {"configMapRef": CONFIG_MAP, "secretRef": SECRET}
_SERVICE_STARTS: Final = ("entrypoint", "command")

UNKNOWN = "<unknown>"
"""The value of a variable that is elsewhere."""


class ContainerVariable(NamedTuple):
    """A variable, and where it is written.

    `rest` is what follows the name there, None if the value is that of
    another variable of this name.
    """

    name: str
    value: str
    place: EntryPart
    rest: str | None = ""


class ContainerFolder(NamedTuple):
    """A folder in the container that something is mounted at, and where
    that is written.
    """

    folder: str
    place: EntryPart


class ContainerSource(NamedTuple):
    """An object with variables, `envFrom`: its kind, its name, and
    where it is named.
    """

    kind: str
    name: str
    place: EntryPart


class ServerContainer(NamedTuple):
    """A container of a server: what of it a rule looks at.

    `image` is the name of the image or distribution, `words` are those
    of its command. `is_service`: in a compose file, `$NAME` is a
    variable of whoever runs compose, and `$$NAME` one of the container.
    """

    image: str
    variables: tuple[ContainerVariable, ...]
    mounts: tuple[ContainerFolder, ...]
    words: tuple[str, ...] = ()
    is_service: bool = False
    sources: tuple[ContainerSource, ...] = ()

    def uses(self, name: str) -> bool:
        """Return whether the start command itself uses a variable."""
        text = "\n".join(self.words)
        if not self.is_service:
            return name in text
        return re.search(rf"\$\$\{{?{name}\b", text) is not None


def find_server_containers(found: ManifestObject) -> Iterator[ServerContainer]:
    """Yield the containers that run ogx: that of an `OGXServer`, and in
    other objects and documents those that a command or an image proves.
    """
    if found.kind == SERVER and found.group == "ogx.io":
        yield _container_of_server(found)
    elif found.kind:
        for container in filter(_runs_ogx, read_containers([found])):
            yield _read_container(found.data, container)
    else:
        for service in filter(_runs_ogx, services_of(found)):
            yield _read_service(found.data, service)


def has_server_container(found: ManifestObject) -> bool:
    """Return whether an object has a container that certainly runs ogx."""
    return any(find_server_containers(found))


def _runs_ogx(container: Container) -> bool:
    """Return whether a container certainly runs ogx, not llama-stack."""
    evidence = find_evidence(container)
    if evidence is None or not evidence.is_proved:
        return False
    image = container.image
    has_new_image = is_server_image(image) and not is_old_image(image)
    return has_new_image or not evidence.is_old


def _container_of_server(found: ManifestObject) -> ServerContainer:
    """Return the container that the operator makes of an `OGXServer`."""
    data = found.data
    image = ""
    for name in ("image", "name"):
        value = value_at(data, (*NEW_DISTRIBUTION, name))
        if isinstance(value, str) and not image:
            image = value
    mounts = [*_folders_of(data, [_STORAGE]), *_mounts_of(data, NEW_OVERRIDES)]
    variables = _variables_of(data, NEW_OVERRIDES)
    words = _words_of(data, NEW_OVERRIDES, _STARTS)
    return ServerContainer(
        image=image,
        variables=tuple(variables),
        mounts=tuple(mounts),
        words=tuple(words),
    )


def _read_container(data: Mapping[str, Any], container: Container) -> ServerContainer:
    """Return a container of a pod."""
    path = _path_of(data, container)
    return ServerContainer(
        image=container.image,
        variables=tuple(_variables_of(data, path)),
        mounts=tuple(_mounts_of(data, path)),
        words=tuple(_words_of(data, path, _STARTS)),
        sources=tuple(_sources_of(data, path)),
    )


def _read_service(data: Mapping[str, Any], service: Container) -> ServerContainer:
    """Return a service of a compose file."""
    path = _path_of(data, service)
    return ServerContainer(
        image=service.image,
        variables=tuple(_service_variables(data, (*path, "environment"))),
        mounts=tuple(_service_folders(data, (*path, "volumes"))),
        words=tuple(_words_of(data, path, _SERVICE_STARTS)),
        is_service=True,
    )


def _sources_of(data: Mapping[str, Any], holder: Path) -> Iterator[ContainerSource]:
    """Yield the objects under `envFrom` whose keys are names of variables."""
    path = (*holder, "envFrom")
    for index, item in enumerate(list_at(data, path)):
        if as_mapping(item).get("prefix"):
            continue
        for key, kind in _SOURCES.items():
            name = value_at(item, (key, "name"))
            if isinstance(name, str) and not is_unknown(name):
                place = value_of(*path, index, key, "name")
                yield ContainerSource(kind, name, place)


def _path_of(data: Mapping[str, Any], container: Container) -> Path:
    """Return where a container is in its object."""
    for path, value in walk_values(data):
        if value is container.data:
            return path
    raise ValueError(f"{container.place} is not in its object")


def _variables_of(data: Mapping[str, Any], holder: Path) -> Iterator[ContainerVariable]:
    """Yield the variables under `env`."""
    path = (*holder, "env")
    for index, item in enumerate(list_at(data, path)):
        entry = as_mapping(item)
        name, value = entry.get("name"), entry.get("value")
        if not isinstance(name, str) or is_unknown(name):
            continue
        if not isinstance(value, str):
            value = UNKNOWN if "valueFrom" in entry else ""
        place = value_of(*path, index, "name")
        yield ContainerVariable(name, value, place)


def _mounts_of(data: Mapping[str, Any], holder: Path) -> Iterator[ContainerFolder]:
    """Yield the folders under `volumeMounts`."""
    path = (*holder, "volumeMounts")
    count = len(list_at(data, path))
    return _folders_of(data, [(*path, index, "mountPath") for index in range(count)])


def _folders_of(
    data: Mapping[str, Any], paths: list[Path]
) -> Iterator[ContainerFolder]:
    """Yield the folders at paths, as far as they are known."""
    for path in paths:
        folder = value_at(data, path)
        if isinstance(folder, str) and folder and not is_unknown(folder):
            yield ContainerFolder(folder, value_of(*path))


def _words_of(
    data: Mapping[str, Any], holder: Path, names: tuple[str, ...]
) -> Iterator[str]:
    """Yield the words of commands, each a list or one string."""
    for name in names:
        value = value_at(data, (*holder, name))
        if isinstance(value, str):
            yield value
        for word in as_list(value):
            yield str(word)


def _service_variables(
    data: Mapping[str, Any], path: Path
) -> Iterator[ContainerVariable]:
    """Yield the variables of a service, from a list or a mapping."""
    for index, item in enumerate(list_at(data, path)):
        name, equals, value = str(item).partition("=")
        place = value_of(*path, index)
        if equals:
            yield ContainerVariable(
                name=name,
                value=value,
                place=place,
                rest=f"={value}",
            )
        else:
            yield ContainerVariable(
                name=name,
                value=UNKNOWN,
                place=place,
                rest=None,
            )
    for name, value in mapping_at(data, path).items():
        place = key_of(*path, name)
        if value is None:
            yield ContainerVariable(
                name=str(name),
                value=UNKNOWN,
                place=place,
                rest=None,
            )
        else:
            yield ContainerVariable(str(name), str(value), place)


def _service_folders(data: Mapping[str, Any], path: Path) -> Iterator[ContainerFolder]:
    """Yield the folders in the container that volumes are mounted at."""
    for index, item in enumerate(list_at(data, path)):
        folder = target_of(item)
        place = value_of(*path, index)
        if isinstance(item, Mapping):
            place = value_of(*path, index, "target")
        if folder and not is_unknown(folder):
            yield ContainerFolder(folder, place)
