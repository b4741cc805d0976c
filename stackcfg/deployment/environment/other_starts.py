"""What else starts llama-stack in YAML files: steps of a workflow or of
Tekton, tasks of Ansible, units in `cloud-init`, images in values of a
chart.

The run config is migrated; containers of pods and services of Compose
are changed in `pods` and `compose`. All else stays, and is named here:
as an action where the run config is in the same file, and to check in
other files of the run.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.changes import DeploymentChanges, FileNote
from stackcfg.deployment.environment.chart_values import is_written_image
from stackcfg.deployment.environment.images import (
    UPSTREAM_IMAGE,
    change_image,
    rewrite_packages,
)
from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.environment.unproved_readers import has_old_config
from stackcfg.deployment.environment.unread_files import (
    STARTS,
    becomes_ogx,
    describe_install,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.configs import looks_like_run_config, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.loading.recognition import NAMED, is_run_config
from stackcfg.manifests.containers import CONTAINERS, INIT_CONTAINERS
from stackcfg.manifests.file_kinds import UNIT, kind_of
from stackcfg.manifests.file_names import is_unread, name_of_file
from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.manifests.server_evidence import (
    find_start_in_script,
    starts_old_server,
)
from stackcfg.manifests.server_start import find_start
from stackcfg.manifests.shell_text import find_commands
from stackcfg.manifests.started_servers import read_started_servers
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import is_old_image, is_server_image
from stackcfg.releases.versions import Release, format_release
from stackcfg.yamltext.document import (
    SCALAR,
    SEQUENCE,
    Document,
    Node,
    ParseError,
    Span,
    walk_nodes,
)
from stackcfg.yamltext.values import data_of

_PLACE: Final = "other starts"
_OF_PODS: Final = frozenset({CONTAINERS, INIT_CONTAINERS, "annotations"})
_SERVICES: Final = "services"
_VALUES: Final = "values"
_PROSE: Final = frozenset(
    {
        "container_image",
        "description",
        "displayName",
        "docker_image",
        "image_name",
        "message",
        "name",
        "summary",
        "title",
    }
)
"""Keys whose strings start nothing, among them those of images in old run configs."""

_IMAGE_KEY: Final = lazy_pattern(r"(?i)\w*(?:image|repository)")

_NAMED_IMAGE: Final = lazy_pattern(
    rf"(?m)^[ \t-]*(?:image|repository):[ \t]+[\"']?(?P<image>{UPSTREAM_IMAGE})"
)

_STARTS: Final = (
    "this starts llama-stack with a run config that is for ogx now, and stays as it is; "
    "start ogx here: 'ogx run', or an image of ogx"
)


class _Found(NamedTuple):
    """What starts llama-stack, or is needed for it, and where: what to
    say in the file of the run config, and in other files.
    """

    message: str
    offset: int
    elsewhere: str = ""


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield notes on what stays in YAML files where a run config of the
    run becomes one of ogx.
    """
    if not files.settings.is_for_ogx:
        return
    elsewhere: list[FileNote] = []
    for name in files.holding("llama"):
        text = files.texts[name]
        if kind_of(name, text) or is_unread(name):
            continue
        documents = _other_documents(files, name)
        found = list(dict.fromkeys(_find_in(files, name, documents)))
        # a run config is judged only where it matters: that takes longer
        if found and "provider" in text and has_old_config(text, files.settings):
            for each in found:
                yield FileNote(name, _PLACE, ACTION_REQUIRED, each.message, each.offset)
        elif not _is_changed_elsewhere(name, documents):
            elsewhere += _notes_elsewhere(name, found)
    if elsewhere and becomes_ogx(files):
        yield from elsewhere


def _notes_elsewhere(name: str, found: list[_Found]) -> Iterator[FileNote]:
    """Yield the notes on a file without a run config that goes to ogx."""
    for each in found:
        if each.elsewhere:
            yield FileNote(name, _PLACE, CHECK, each.elsewhere, each.offset)


def _is_changed_elsewhere(name: str, documents: list[Document]) -> bool:
    """Return whether a file is one of those that other parts change:
    texts in objects of Kubernetes, services, and values of charts.
    """
    if name_of_file(name).startswith(_VALUES):
        return True
    return any(map(_has_containers, documents))


def _has_containers(document: Document) -> bool:
    root = document.root.target
    return root.get("kind") is not None or root.get(_SERVICES) is not None


def _find_in(
    files: DeploymentFiles, name: str, documents: list[Document]
) -> Iterator[_Found]:
    """Yield what starts llama-stack in documents of a file."""
    objects = files.manifests.of_kind(OLD_SERVER)
    servers = [each.node.span for each in objects if each.file == name]
    for document in documents:
        for path, node in _nodes_of_others(document, servers):
            if _is_image_key(path) and is_written_image(files, name, path):
                continue
            yield from _find_in_node(document, path, node, files.settings.release)


def _other_documents(files: DeploymentFiles, name: str) -> list[Document]:
    """Return the YAML documents of a file that are no run configs."""
    try:
        return [
            each
            for each in files.documents(name)
            if each.is_yaml and not is_run_config(data_of(each.root), NAMED)
        ]
    except (InputError, ParseError):
        # the migration of its run configs says so
        return []


def has_start(text: str) -> bool:
    """Return whether anything in YAML starts a server, of llama-stack or of
    ogx; it is no run config.
    """
    return any(
        _is_start(path, node)
        for document in read_documents(text, lenient=True)
        for path, node in walk_nodes(document.root)
    )


def _is_start(path: Path, node: Node) -> bool:
    if node.kind == SEQUENCE:
        return find_start([item.target.text for item in node.items]) is not None
    if node.kind != SCALAR or not _PROSE.isdisjoint(path[-1:]):
        return False
    if _is_image_key(path) and is_server_image(node.text):
        return True
    return find_start_in_script(node.text) is not None


def _nodes_of_others(
    document: Document,
    servers: list[Span],
) -> Iterator[tuple[Path, Node]]:
    """Yield the nodes that no other part changes."""
    is_compose = document.root.target.get("kind") is None
    for path, node in walk_nodes(document.root):
        if not _OF_PODS.isdisjoint(path) or not _PROSE.isdisjoint(path[-1:]):
            continue
        if is_compose and path[:1] == (_SERVICES,):
            continue
        if any(start <= node.start < end for start, end in servers):
            continue
        yield path, node


def _find_in_node(
    document: Document, path: Path, node: Node, release: Release
) -> Iterator[_Found]:
    if node.kind == SEQUENCE:
        words = [item.target.text for item in node.items]
        start = find_start(words)
        if start is not None and start.is_old:
            yield _Found(_STARTS, node.start, STARTS)
    elif node.kind == SCALAR and "llama" in node.text:
        if _is_image_key(path) and is_old_image(node.text):
            yield _Found(_say_image(node.text, release), node.start)
        else:
            yield from _find_in_text(ScalarRegion(document, node), release)


def _is_image_key(path: Path) -> bool:
    return bool(path) and _IMAGE_KEY.fullmatch(str(path[-1])) is not None


def _say_image(image: str, release: Release) -> str:
    new = change_image(image, release).text
    hint = f"write '{new}'"
    if new == image:
        hint = f"write one that holds ogx {format_release(release)}"
    return (
        f"'{image}' is an image of llama-stack, and stays, but the run config is for "
        f"ogx now; {hint}"
    )


def _find_in_text(region: ScalarRegion, release: Release) -> Iterator[_Found]:
    """Yield what starts llama-stack in a text that a scalar holds."""
    text = region.old
    if looks_like_run_config(text) and not find_written_configs(text):
        yield from _find_images(region, release)
    elif kind_of("", text) == UNIT:
        servers = read_started_servers("", text) or ()
        if any(each.is_old for each in servers):
            yield _Found(_STARTS, region.place(0), STARTS)
    else:
        yield from _find_commands(region, release)


def _find_images(region: ScalarRegion, release: Release) -> Iterator[_Found]:
    """Yield the images in YAML that a scalar holds: the values of a
    chart, in which the run config is.
    """
    for match in _NAMED_IMAGE.finditer(region.old):
        message = _say_image(match["image"], release)
        yield _Found(message, region.place(match.start("image")))


def _find_commands(region: ScalarRegion, release: Release) -> Iterator[_Found]:
    for command in find_commands(region.old):
        offset = region.place(command.all_words[0].start)
        if starts_old_server(command.values):
            yield _Found(_STARTS, offset, STARTS)
        elif rewrite_packages(command.values, release) is not None:
            message = (
                "this installs llama-stack, but the run config is for ogx now; install "
                f"'ogx=={format_release(release)}'"
            )
            yield _Found(message, offset, describe_install(release))
