"""The services of all compose files of a run: what they extend, what they read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.environment.pods import MARKS
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.errors import InputError
from stackcfg.manifests.containers import Container, read_services
from stackcfg.manifests.dockerfile_text import evidence_of_image
from stackcfg.manifests.server_evidence import ServerEvidence, find_evidence
from stackcfg.paths import as_list, as_mapping
from stackcfg.yamltext.document import ParseError, walk_nodes

_LISTS: Final = ("volumes", "configs", "secrets", "ports")
"""What compose adds to the same list of a base."""


class Build(NamedTuple):
    """The Dockerfile of a service, if the run has it; else both are empty."""

    file: str = ""
    text: str = ""

    @property
    def evidence(self) -> ServerEvidence | None:
        """Why the image runs the server."""
        found = evidence_of_image(self.text)
        if found is None:
            return None
        reason = "its image is built in this run and starts the server"
        return ServerEvidence(reason, found.is_old)


class ComposeService(NamedTuple):
    """A service, the Dockerfile of its image, and why it runs the server.

    `bases` are the services that it extends, the nearest first;
    `is_override`: the last of them is the service of the same name in
    another file, which this one changes.
    """

    container: Container
    build: Build
    evidence: ServerEvidence | None
    bases: tuple[Container, ...]
    is_override: bool = False

    @property
    def whole(self) -> Container:
        """The service with what it has from those that it extends."""
        return _merge(self.container, self.bases)

    @property
    def is_abstract(self) -> bool:
        """Return whether it cannot run, so that it is only there to be extended."""
        return not _has_image(self.whole)

    @property
    def changes_names(self) -> bool:
        """Return whether its variables certainly have other names afterwards."""
        return self.evidence is not None and self.evidence.proves_old


def find_services(files: DeploymentFiles) -> list[ComposeService]:
    """Return the services of the compose files of a run in order."""
    known: dict[str, list[Container]] = {}
    for name in files.holding("services:"):
        try:
            known[name] = list(read_services(files.documents(name), name))
        except (InputError, ParseError):
            continue
    services = [
        _describe(files, known, container)
        for found in known.values()
        for container in found
    ]
    extended = {id(base.node) for each in services for base in each.bases}
    return [_judge_base(each, extended) for each in services]


def _judge_base(service: ComposeService, extended: set[int]) -> ComposeService:
    """Return a service that is only there to be extended without weak evidence."""
    evidence = service.evidence
    is_base = service.is_abstract and id(service.container.node) in extended
    if is_base and evidence is not None and not evidence.is_proved:
        return service._replace(evidence=None)
    return service


def _describe(
    files: DeploymentFiles, known: dict[str, list[Container]], container: Container
) -> ComposeService:
    """Return a service with its bases, its Dockerfile and its evidence."""
    bases = tuple(_bases_of(files, known, container))
    overridden = _find_overridden(known, container, bases)
    bases = (*bases, *overridden)
    whole = _merge(container, bases)
    build = _find_build(files, whole)
    evidence: ServerEvidence | None = None
    texts = [files.texts[each.file] for each in (container, *bases)]
    if any(mark in text for mark in MARKS for text in texts):
        evidence = _evidence_of(whole, build)
    return ComposeService(
        container=container,
        build=build,
        evidence=evidence,
        bases=bases,
        is_override=bool(overridden),
    )


def _bases_of(
    files: DeploymentFiles, known: dict[str, list[Container]], service: Container
) -> Iterator[Container]:
    seen = [service.node]
    while True:
        extended = service.data.get("extends")
        given = as_mapping(extended)
        name, path = given.get("service", extended), given.get("file")
        file: str | None = service.file
        if isinstance(path, str):
            file = files.name_beside(service.file, path)
        places = known.get(file or "", [])
        found = [each for each in places if each.place == f"service {name}"]
        if not found or found[0].node in seen:
            return
        service = found[0]
        seen.append(service.node)
        yield service


def _find_overridden(
    known: dict[str, list[Container]], service: Container, bases: tuple[Container, ...]
) -> list[Container]:
    """Return the service that one without an image changes: that of its
    name in another file of the folder, as in `compose.yaml` beside
    `compose.override.yaml`.
    """
    if _has_image(_merge(service, bases)):
        return []
    folder = posixpath.dirname(service.file)
    for file, others in known.items():
        if file == service.file or posixpath.dirname(file) != folder:
            continue
        for other in others:
            if other.place == service.place and _has_image(other):
                return [other]
    return []


def _has_image(service: Container) -> bool:
    return "image" in service.data or "build" in service.data


def _merge(service: Container, bases: tuple[Container, ...]) -> Container:
    """Return a service with what it has from its bases and does not say itself."""
    data: dict[str, object] = {}
    for each in (*reversed(bases), service):
        lists = {key: as_list(data.get(key)) for key in _LISTS}
        data.update(each.data)
        for key, found in lists.items():
            if found:
                data[key] = [*found, *as_list(each.data.get(key))]
    return service._replace(data=data)


def _find_build(files: DeploymentFiles, service: Container) -> Build:
    """Return the Dockerfile from which the image of a service is built."""
    build = service.data.get("build")
    context = build
    name = "Dockerfile"
    if isinstance(build, dict):
        context = build.get("context", ".")
        name = str(build.get("dockerfile", name))
    if not isinstance(context, str):
        return Build()
    file = files.name_beside(service.file, f"{context}/{name}")
    if file is None:
        return Build()
    return Build(file, files.texts[file])


def _evidence_of(service: Container, build: Build) -> ServerEvidence | None:
    """Return why a service runs the server, by itself or by its Dockerfile."""
    found = find_evidence(service)
    if found is not None and found.is_proved:
        return found
    return build.evidence or found


def find_other_users(
    container: Container, services: Sequence[ComposeService]
) -> Iterator[str]:
    """Yield who has what a service says, besides servers that change:
    services that extend it, and itself if it can run.
    """
    for each in services:
        is_user = any(base.node is container.node for base in each.bases)
        if each.container.node is container.node:
            is_user = not each.is_abstract
        if is_user and not each.changes_names:
            yield each.container.place


def env_files_of(service: Container) -> Iterator[tuple[str, int]]:
    """Yield the files of variables that a service names, and where it
    does; what it has from an anchor is at the service.
    """
    places: dict[str, int] = {}
    named = service.node.get("env_file")
    if named is not None:
        for _, node in walk_nodes(named):
            places.setdefault(node.text, node.start)
    for path in _paths_in(service.data.get("env_file")):
        yield path, places.get(path, service.node.start)


def _paths_in(named: object) -> Iterator[str]:
    """Yield the paths of `env_file`: a string, or a list of strings and mappings."""
    entries = as_list(named)
    if isinstance(named, str):
        entries = [named]
    for entry in entries:
        path = as_mapping(entry).get("path", entry)
        if isinstance(path, str) and path:
            yield path
