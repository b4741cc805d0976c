"""The command and the arguments of the container, as ogx understands them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.environment.arguments import (
    Launch,
    NewCommand,
    rewrite_arguments,
)
from stackcfg.deployment.environment.commands import rewrite_start
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.server_plan import CERTIFICATE
from stackcfg.deployment.environment.shell_scripts import rewrite_script
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.image import homes_of
from stackcfg.deployment.resource.variables import renamed_names
from stackcfg.manifests.home_paths import move_operator_configs
from stackcfg.manifests.server_evidence import find_start_in_script, script_index
from stackcfg.manifests.server_start import find_start
from stackcfg.paths import Path, list_at
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import OLD_CONTAINER
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    NEW_OPERATOR_CONFIG,
)
from stackcfg.yamltext.document import SCALAR, Node

COMMAND: Final = (*OLD_CONTAINER, "command")
ARGUMENTS: Final = (*OLD_CONTAINER, "args")


class _Word(NamedTuple):
    """A word of the command or of the arguments: its node, and where it is."""

    node: Node
    row: Path
    place: int

    @property
    def path(self) -> Path:
        """Return the path of the word in the old object."""
        return (*self.row, self.place)


def convert_command(conversion: Conversion, row: FieldChange) -> None:
    """Move the command; its arguments may be in `args`."""
    words = _read_words(conversion, row)
    if words is None:
        return
    texts = [word.node.text for word in words]
    script = script_index(texts)
    start = find_start(texts)
    if script is not None:
        _rewrite_script(conversion, words[script])
    elif start is not None:
        new = rewrite_start(texts, start, _launch(conversion))
        _keep(conversion, words, new)
    else:
        _note_unknown(conversion, row)
    _move_list(conversion, row)


def convert_arguments(conversion: Conversion, row: FieldChange) -> None:
    """Move the arguments; without a command they are those of the image."""
    has_command = bool(list_at(conversion.source.data, COMMAND))
    words = _read_words(conversion, row)
    if words is None:
        return
    if words and not has_command:
        _rewrite_arguments(conversion, words, row)
    _move_list(conversion, row)


def _rewrite_arguments(
    conversion: Conversion, words: Sequence[_Word], row: FieldChange
) -> None:
    """Write the arguments of the entrypoint for ogx."""
    texts = [word.node.text for word in words]
    launch = _launch(conversion)._replace(has_entrypoint=True)
    _keep(conversion, words, rewrite_arguments(texts, launch))
    if conversion.user_config is not None:
        conversion.check(
            "the old operator started the server with a script of its own, which "
            "ignored these arguments; they reach 'ogx run' now",
            row.old,
        )


def _note_unknown(conversion: Conversion, row: FieldChange) -> None:
    """Say that a command starts something that is not known."""
    conversion.check(
        "this command starts the server in a way that is not known: it must start "
        f"ogx, with the run config at {NEW_OPERATOR_CONFIG}",
        row.old,
    )


def _launch(conversion: Conversion) -> Launch:
    """Return what the start command of the new server is to be."""
    config = conversion.user_config
    serves_tls = False
    if config is not None:
        serves_tls = CERTIFICATE.search(config.text) is not None
    return Launch(conversion.target, serves_tls=serves_tls)


def _read_words(conversion: Conversion, row: FieldChange) -> list[_Word] | None:
    """Return the words of command and arguments; None if one is no string."""
    found: list[_Word] = []
    for path in (COMMAND, ARGUMENTS):
        node = conversion.node(path)
        if node is None:
            continue
        for index, item in enumerate(node.items):
            found.append(_Word(item.target, path, index))
    if all(word.node.kind == SCALAR for word in found):
        return found
    conversion.action(f"'{row.old[-1]}' has an item that is no string", row.old)
    conversion.move(row)
    return None


def _keep(
    conversion: Conversion,
    words: Sequence[_Word],
    new: NewCommand,
) -> None:
    lists = _share_words(words, new)
    for path, texts in lists.items():
        nodes = [word.node for word in words if word.row == path]
        if len(texts) != len(nodes):
            conversion.new_words[path] = texts
            continue
        for node, text in zip(nodes, texts, strict=True):
            if node.text != text:
                conversion.replace(node, text)
    for note in new.notes:
        if note.source < len(words):
            path = words[note.source].path
            conversion.note(note.severity, note.message, path)
    _keep_variables(conversion, new)


def _share_words(words: Sequence[_Word], new: NewCommand) -> Mapping[Path, list[str]]:
    """Return the new words by list: a new one is where the one before it is."""
    lists: dict[Path, list[str]] = {COMMAND: [], ARGUMENTS: []}
    row = words[0].row
    for word in new.words:
        if word.source is not None:
            row = words[word.source].row
        lists[row].append(word.text)
    return lists


def _keep_variables(conversion: Conversion, new: NewCommand) -> None:
    """Keep what was a flag and is a variable now.

    The operator says itself where it mounts the run config.
    """
    for name, value in new.variables:
        text = _moved(conversion, value)
        if name != ENTRYPOINT_CONFIG or text != NEW_OPERATOR_CONFIG:
            conversion.new_variables[name] = text


def _renaming(conversion: Conversion) -> Renaming:
    """Return the names and folders that are others for the new server."""
    return Renaming(renamed_names(conversion), homes_of(conversion))


def _moved(conversion: Conversion, text: str) -> str:
    """Return a word with the new names and folders."""
    renamed = _renaming(conversion).apply(text)
    return move_operator_configs(renamed)


def _move_list(conversion: Conversion, row: FieldChange) -> None:
    node = conversion.node(row.old)
    if node is None:
        return
    new = conversion.new_words.get(row.old)
    is_changed = new is not None
    if new is not None:
        words = [_moved(conversion, word) for word in new]
        if words:
            conversion.put(row.new, words, row.old)
    elif node.items:
        is_changed = _move_words(conversion, node)
        conversion.move(row)
    if is_changed:
        conversion.info(
            f"'{row.old[-1]}' is rewritten for ogx, which finds its run config at "
            f"{NEW_OPERATOR_CONFIG}",
            row.old,
        )


def _move_words(conversion: Conversion, node: Node) -> bool:
    """Move the folders in each word of a list; return whether any word differs."""
    is_changed = False
    for item in node.items:
        word = item.target
        conversion.rewrite(word, lambda text: _moved(conversion, text))
        is_changed = is_changed or conversion.rewritten(word) != word.text
    return is_changed


def _rewrite_script(conversion: Conversion, word: _Word) -> None:
    """Rewrite the shell text that starts the server."""
    text = word.node.text
    if find_start_in_script(text) is None:
        conversion.check(
            "this shell text starts no server that is known: it must start ogx, with "
            f"the run config at {NEW_OPERATOR_CONFIG}",
            word.path,
        )
    change = rewrite_script(text, _launch(conversion), _renaming(conversion))
    conversion.replace(word.node, change.text)
    for note in change.notes:
        conversion.note(note.severity, note.message, word.path)
