"""Containers of pods and services of compose files, as data and as nodes.

A pod is wherever an object has a list `containers`: in a Deployment, a
CronJob, a template of another operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.objects import CONFIG_MAP, SECRET, ManifestObject
from stackcfg.manifests.shell_text import ShellError, read_commands
from stackcfg.paths import (
    Path,
    as_list,
    as_mapping,
    list_at,
    mapping_at,
    value_at,
    walk_values,
)
from stackcfg.yamltext.document import Document, Node
from stackcfg.yamltext.values import data_of

CONTAINERS: Final = "containers"
INIT_CONTAINERS: Final = "initContainers"
_SIDECAR: Final = "Always"
_OBJECT_PATHS: Final = (
    (("configMap", "name"), CONFIG_MAP),
    (("secret", "secretName"), SECRET),
    (("secret", "name"), SECRET),
)
"""Where a volume, or a source that is projected into one, names its object."""


class Container(NamedTuple):
    """A container: its mapping, and the data of the pod that it is in.

    `place` names it in reports. `pod` is empty for a service of a
    compose file; `is_init` tells the containers that end before the
    others start.
    """

    file: str
    document: Document
    node: Node
    data: Mapping[str, Any]
    place: str
    pod: Mapping[str, Any] = {}
    namespace: str = ""
    is_init: bool = False
    is_service: bool = False

    @property
    def image(self) -> str:
        """Return the name of the image; empty if none is named."""
        return _text_of(self.data.get("image")) or ""

    @property
    def words(self) -> list[str]:
        """Return what is started, the arguments included."""
        first, second = "command", "args"
        if self.is_service:
            first, second = "entrypoint", "command"
        started = _words_of(self.data.get(first))
        arguments = _words_of(self.data.get(second))
        return [*started, *arguments]

    @property
    def overrides_entrypoint(self) -> bool:
        """Return whether something else than the image's own program starts."""
        if self.is_service:
            return bool(self.data.get("entrypoint"))
        return bool(self.data.get("command"))

    @property
    def variables(self) -> Mapping[str, str | None]:
        """Return the variables by name; None where a value is elsewhere."""
        if self.is_service:
            return _service_variables(self.data.get("environment"))
        found: dict[str, str | None] = {}
        for entry in list_at(self.data, ("env",)):
            name = _text_of(as_mapping(entry).get("name"))
            if name is not None:
                found[name] = _text_of(as_mapping(entry).get("value"))
        return found

    @property
    def mounts(self) -> list[str]:
        """Return the folders in the container that something is mounted at."""
        if self.is_service:
            volumes = list_at(self.data, ("volumes",))
            mounts = [target_of(each) for each in volumes]
        else:
            entries = list_at(self.data, ("volumeMounts",))
            mounts = [as_mapping(each).get("mountPath") for each in entries]
        return [each for each in mounts if isinstance(each, str)]

    @property
    def ports(self) -> list[str]:
        """Return the ports on which it listens."""
        if self.is_service:
            return [_port_of(each) for each in list_at(self.data, ("ports",))]
        found: list[str] = []
        for each in list_at(self.data, ("ports",)):
            port = as_mapping(each).get("containerPort")
            found.append(str(port))
        return found


def _port_of(published: Any) -> str:
    _, _, port = str(published).rpartition(":")
    return port


def _text_of(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return None


def _words_of(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            commands = read_commands(value)
        except ShellError:
            return [value]
        return [word for command in commands for word in command.values]
    return [str(each) for each in as_list(value)]


def _service_variables(value: Any) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for entry in as_list(value):
        name, has_value, text = str(entry).partition("=")
        found[name] = None
        if has_value:
            found[name] = text
    for name, each in as_mapping(value).items():
        found[str(name)] = None
        if each is not None:
            found[str(name)] = str(each)
    return found


def target_of(volume: Any) -> str | None:
    """Return the folder in the container of an entry of `volumes`."""
    if not isinstance(volume, str):
        return _text_of(as_mapping(volume).get("target"))
    start, end = span_of_target(volume)
    return volume[start:end]


def span_of_target(volume: str) -> tuple[int, int]:
    """Return where `SOURCE:TARGET:MODE` has its target; a lone part is one."""
    source, *others = split_volume(volume)
    if not others:
        return 0, len(volume)
    start = len(source) + 1
    return start, start + len(others[0])


def split_volume(volume: str) -> list[str]:
    """Return the parts of `SOURCE:TARGET:MODE`; a `:` in `${A:-b}` parts none."""
    parts = [""]
    depth = 0
    for index, char in enumerate(volume):
        if volume.startswith("${", index):
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        if char == ":" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def read_containers(objects: Iterable[ManifestObject]) -> Iterator[Container]:
    """Yield the containers of the pods in objects."""
    for each in objects:
        for path, value in walk_values(each.data):
            if path[-1:] in ((CONTAINERS,), (INIT_CONTAINERS,)):
                yield from _containers_at(each, path, as_list(value))


def _containers_at(
    found: ManifestObject, path: Path, items: Sequence[Any]
) -> Iterator[Container]:
    pod = mapping_at(found.data, path[:-1])
    for index, item in enumerate(items):
        node = found.node.at((*path, index))
        if node is None or not isinstance(item, Mapping):
            continue
        name = item.get("name", index)
        is_init = path[-1] == INIT_CONTAINERS
        if item.get("restartPolicy") == _SIDECAR:
            is_init = False
        yield Container(
            file=found.file,
            document=found.document,
            node=node,
            data=item,
            place=f"container {name} of {found.kind} {found.name}".rstrip(),
            pod=pod,
            namespace=found.namespace,
            is_init=is_init,
        )


def read_compose(documents: Iterable[Document], file: str) -> Iterator[ManifestObject]:
    """Yield each compose file as an object without a kind.

    Raises `ParseError` for a value that no reader accepts.
    """
    for document in documents:
        root = document.root.target
        if root.get("services") is None or root.get("kind") is not None:
            continue
        data = as_mapping(data_of(document.root))
        yield ManifestObject(
            file=file,
            document=document,
            node=root,
            path=(),
            data=data,
        )


def read_services(documents: Iterable[Document], file: str) -> Iterator[Container]:
    """Yield the services of a compose file; of other documents none.

    Raises `ParseError` for a value that no reader accepts.
    """
    for found in read_compose(documents, file):
        yield from services_of(found)


def services_of(found: ManifestObject) -> Iterator[Container]:
    """Yield the services of a compose file."""
    for name, service in mapping_at(found.data, ("services",)).items():
        node = found.node.at(("services", name))
        if node is not None and isinstance(service, Mapping):
            place = f"service {name}"
            yield Container(
                found.file, found.document, node, service, place, is_service=True
            )


def mounted_objects(container: Container) -> Iterator[tuple[str, str]]:
    """Yield the ConfigMaps and Secrets that a container mounts:
    the kind, the name.
    """
    objects: dict[Any, list[tuple[str, str]]] = {}
    for volume in list_at(container.pod, ("volumes",)):
        name = as_mapping(volume).get("name")
        objects.setdefault(name, []).extend(_objects_in(volume))
    for mount in list_at(container.data, ("volumeMounts",)):
        yield from objects.get(as_mapping(mount).get("name"), ())


def _objects_in(volume: Any) -> Iterator[tuple[str, str]]:
    sources = list_at(volume, ("projected", "sources"))
    for each in (volume, *sources):
        for path, kind in _OBJECT_PATHS:
            name = value_at(each, path)
            if isinstance(name, str):
                yield kind, name
