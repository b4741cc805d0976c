"""Operations of JSON patches that are for a container: the words of a
command that they change, and further ones that set variables.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.environment.server import Server
from stackcfg.deployment.environment.words import PatchedWords
from stackcfg.deployment.environment.yaml_servers import YamlServer
from stackcfg.manifests.containers import CONTAINERS, INIT_CONTAINERS
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.yamltext.document import Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted


def follow_words(server: Server, yaml: YamlServer, changes: PlaceChanges) -> None:
    """Follow the words of a command to where they are in the new one."""
    if server.command is None:
        return
    for words in server.command.parts:
        if isinstance(words, PatchedWords) and words.index != words.own:
            _follow_word(words, yaml, changes)


def _follow_word(words: PatchedWords, yaml: YamlServer, changes: PlaceChanges) -> None:
    path = _path_of(yaml)
    if words.index is None:
        message = (
            "the new command does not have the word that this operation "
            "changes; remove the operation"
        )
        changes.note(ACTION_REQUIRED, message, path.start)
        return
    head, slash, last = path.text.rpartition("/")
    if last.isdigit():
        region = ScalarRegion(yaml.document, path)
        region.new = f"{head}{slash}{words.index}"
        changes.add_regions(region)


def add_operations(
    yaml: YamlServer, pairs: Sequence[tuple[str, str]], has_list: bool
) -> list[Edit]:
    """Return the edits that set variables by more operations.

    `has_list`: the container that is patched has a list of variables.
    """
    path = _path_of(yaml).text
    prefix = "/".join(path.split("/")[: _depth_of_container(path)])
    lines: list[Sequence[str]] = []
    for name, value in pairs:
        variable = f"{{name: {name}, value: {emit_quoted(value)}}}"
        place, given = f"{prefix}/env/-", variable
        if not has_list:
            place, given = f"{prefix}/env", f"[{variable}]"
        lines.append(("op: add", f"path: {place}", f"value: {given}"))
    return yaml.append_items(yaml.document.root.target, lines)


def _path_of(yaml: YamlServer) -> Node:
    """Return the path of the operation that a container is a part for."""
    for item in yaml.document.root.target.items:
        path = item.target.get("path")
        if path is not None and path.start == yaml.node.start:
            return path
    raise LookupError(yaml.node.start)


def _depth_of_container(path: str) -> int:
    """Return how many parts of a path lead to its container."""
    parts = path.split("/")
    names = (CONTAINERS, INIT_CONTAINERS)
    last = max(index for index, part in enumerate(parts) if part in names)
    return last + 2
