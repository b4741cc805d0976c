"""Scripts inside of YAML that write a run config and start a server: the steps of a
workflow, a task, a file of a ConfigMap.

Their run configs are migrated; the commands of containers are changed in `pods`, those
of all others are left to people.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.regions import PlaceChanges, ScalarRegion
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final
from stackcfg.loading.errors import InputError
from stackcfg.loading.here_documents import find_written_configs, has_operator
from stackcfg.manifests.file_kinds import kind_of
from stackcfg.manifests.server_evidence import starts_old_server
from stackcfg.manifests.shell_text import find_commands
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.yamltext.document import SCALAR, Document, Node, ParseError, walk_nodes

_CONTAINERS: Final = frozenset({"containers", "initContainers", "services"})
_MESSAGE: Final = (
    "this starts llama-stack with a run config that is for ogx now, and stays as it is; "
    "start ogx here: 'ogx run', or an image of ogx"
)


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield notes on commands in scripts of YAML files, which stay."""
    if not files.settings.is_for_ogx:
        return
    for name in files.holding("<<"):
        text = files.texts[name]
        if kind_of(name, text) or not has_operator(text):
            continue
        changes = PlaceChanges(name, "scripts")
        places = list(_places_of_starts(files, name))
        for place in places:
            changes.note(ACTION_REQUIRED, _MESSAGE, place)
        if places:
            yield from changes.changes()


def _places_of_starts(
    files: DeploymentFiles,
    name: str,
) -> Iterator[int]:
    """Yield where the scripts of a file start llama-stack."""
    for region in _scripts_of(files, name):
        for command in find_commands(region.old):
            if starts_old_server(command.values):
                yield region.place(command.all_words[0].start)


def _scripts_of(
    files: DeploymentFiles,
    name: str,
) -> Iterator[ScalarRegion]:
    """Yield the scripts that write run configs, but for those of containers."""
    try:
        documents = files.documents(name)
    except (InputError, ParseError):
        # the migration of its run configs says so
        return
    for document in documents:
        for node in _texts_in(document):
            if find_written_configs(node.text):
                yield ScalarRegion(document, node)


def _texts_in(document: Document) -> Iterator[Node]:
    for path, node in walk_nodes(document.root):
        is_script = node.kind == SCALAR and "\n" in node.text and "<<" in node.text
        if is_script and _CONTAINERS.isdisjoint(path):
            yield node
