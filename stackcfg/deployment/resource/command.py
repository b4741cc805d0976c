"""The command and the arguments of the container, as ogx understands them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.deployment.environment.arguments import (
    Launch,
    NewCommand,
    rewrite_arguments,
)
from stackcfg.deployment.environment.commands import find_start, rewrite_start
from stackcfg.deployment.environment.paths import (
    move_home_paths,
    move_operator_configs,
)
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.homes import homes_of
from stackcfg.deployment.resource.tree import Rewrite
from stackcfg.paths import Path, list_at
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    NEW_OPERATOR_CONFIG,
)
from stackcfg.yamltext.document import SCALAR, Node
from stackcfg.yamltext.edits import Edit, apply_edits

COMMAND: Final = ("spec", "server", "containerSpec", "command")
ARGUMENTS: Final = ("spec", "server", "containerSpec", "args")
_SIMPLE_COMMAND: Final = re.compile(r"(?:\\\n|[^;&|()\n])+")
_WORD: Final = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s\"'\\]+")


class _Word(NamedTuple):
    """A word of both lists: its node, the path of its list, its index there."""

    node: Node
    row: Path
    place: int


def convert_command(conversion: Conversion, row: FieldChange) -> None:
    """Move the command; its arguments may be in `args`."""
    words = _words_of(conversion)
    if words is None:
        conversion.action("a command that is no list of strings is kept", row.old)
        conversion.move(row)
        return
    texts = [word.node.text for word in words]
    start = find_start(texts)
    if start is not None and start.is_old:
        new = rewrite_start(texts, start, _launch(conversion))
        _keep(conversion, words, new)
    elif not _rewrite_scripts(conversion, words) and start is None:
        conversion.check(
            "this command starts the server in a way that is not known: it must "
            f"start ogx, with the run config at {NEW_OPERATOR_CONFIG}",
            row.old,
        )
    _move_list(conversion, row)


def convert_arguments(conversion: Conversion, row: FieldChange) -> None:
    """Move the arguments; without a command they are those of the image."""
    if not list_at(conversion.source.data, COMMAND):
        words = _words_of(conversion)
        if words is None:
            conversion.action("arguments that are no strings are kept", row.old)
            conversion.move(row)
            return
        texts = [word.node.text for word in words]
        launch = _launch(conversion)._replace(has_entrypoint=True)
        _keep(conversion, words, rewrite_arguments(texts, launch))
        if words and conversion.user_config is not None:
            conversion.check(
                "the old operator started the server with a script of its own, which "
                "ignored these arguments; they reach 'ogx run' now",
                row.old,
            )
    _move_list(conversion, row)


def _launch(conversion: Conversion) -> Launch:
    config = conversion.user_config
    serves_tls = config is not None and "tls_certfile" in config.text
    return Launch(conversion.target, serves_tls=serves_tls)


def _words_of(conversion: Conversion) -> list[_Word] | None:
    """Return the words of command and arguments; None if one is no string."""
    found: list[_Word] = []
    for path in (COMMAND, ARGUMENTS):
        node = conversion.node(path)
        items = [] if node is None else node.items
        for index, item in enumerate(items):
            if item.target.kind != SCALAR:
                return None
            found.append(_Word(item.target, path, index))
    return found


def _keep(conversion: Conversion, words: Sequence[_Word], new: NewCommand) -> None:
    """Keep new words where the old ones are, until their list is moved."""
    lists: dict[Path, list[str]] = {COMMAND: [], ARGUMENTS: []}
    row = words[0].row if words else COMMAND
    for word in new.words:
        if word.source is not None:
            row = words[word.source].row
        lists[row].append(word.text)
    for path, texts in lists.items():
        nodes = [each.node for each in words if each.row == path]
        if len(texts) == len(nodes):
            _rewrite_words(conversion, nodes, texts)
        else:
            conversion.new_words[path] = texts
    _note_command(conversion, words, new)


def _rewrite_words(
    conversion: Conversion, nodes: Sequence[Node], texts: Sequence[str]
) -> None:
    for node, text in zip(nodes, texts, strict=True):
        if node.text != text:
            conversion.rewrite(node, _constant(text))


def _note_command(
    conversion: Conversion, words: Sequence[_Word], new: NewCommand
) -> None:
    for note in new.notes:
        if note.source < len(words):
            word = words[note.source]
            conversion.note(note.severity, note.message, (*word.row, word.place))
    for name, value in new.variables:
        text = _moved(conversion, value)
        if (name, text) != (ENTRYPOINT_CONFIG, NEW_OPERATOR_CONFIG):
            conversion.new_variables[name] = text


def _constant(new: str) -> Rewrite:
    return lambda _old: new


def _moved(conversion: Conversion, text: str) -> str:
    return move_operator_configs(move_home_paths(text, homes_of(conversion)))


def _move_list(conversion: Conversion, row: FieldChange) -> None:
    node = conversion.node(row.old)
    new = conversion.new_words.get(row.old)
    if new is not None:
        words = [_moved(conversion, word) for word in new]
        if words:
            conversion.put(row.new, words, row.old)
    elif node is not None and node.items:
        for item in node.items:
            if item.target.kind == SCALAR:
                text = item.target.text
                if _moved(conversion, text) != text or id(item) in conversion.rewrites:
                    conversion.rewrite(
                        item.target, lambda text: _moved(conversion, text)
                    )
        conversion.move(row)
    else:
        return
    _note_moved(conversion, row, node, new)


def _note_moved(
    conversion: Conversion, row: FieldChange, node: Node | None, new: object
) -> None:
    items = [] if node is None else node.items
    changed = any(id(item.target) in conversion.rewrites for item in items)
    if changed or new is not None:
        conversion.info(
            f"'{row.old[-1]}' is rewritten for ogx, which finds its run config at "
            f"{NEW_OPERATOR_CONFIG}",
            row.old,
        )


def _rewrite_scripts(conversion: Conversion, words: Sequence[_Word]) -> bool:
    """Rewrite words that are shell scripts; return whether one starts a server."""
    found = False
    launch = _launch(conversion)
    for word in words:
        new = list(_rewrite_script(word.node.text, launch))
        if not new:
            continue
        found = True
        conversion.rewrite(word.node, lambda text: rewrite_script(text, launch))
        for command in new:
            for name, value in command.variables:
                conversion.new_variables[name] = _moved(conversion, value)
            for note in command.notes:
                path = (*word.row, word.place)
                conversion.note(note.severity, note.message, path)
    return found


def rewrite_script(text: str, launch: Launch) -> str:
    """Return a shell script that starts ogx where it started llama-stack."""
    edits: list[Edit] = []
    for match in _SIMPLE_COMMAND.finditer(text):
        edits += _edits_of_command(match, launch)
    return apply_edits(text, edits)


def _rewrite_script(text: str, launch: Launch) -> Iterator[NewCommand]:
    """Yield the new commands of a script, for what they need beside it."""
    for match in _SIMPLE_COMMAND.finditer(text):
        values = [_unquoted(word[0]) for word in _words_in(match)]
        start = find_start(values)
        if start is not None and start.is_old:
            yield rewrite_start(values, start, launch)


def _edits_of_command(match: re.Match[str], launch: Launch) -> Iterator[Edit]:
    words = list(_words_in(match))
    values = [_unquoted(word[0]) for word in words]
    start = find_start(values)
    if start is None or not start.is_old:
        return
    new = rewrite_start(values, start, launch)
    yield from _removals(words, {word.source for word in new.words})
    place = words[0].start()
    for each in new.words:
        if each.source is None:
            yield Edit(place, place, (" " + each.text,))
            continue
        old = words[each.source]
        place = old.end()
        if values[each.source] != each.text:
            yield Edit(*old.span(), (each.text,))


def _removals(
    words: Sequence[re.Match[str]], kept: Container[int | None]
) -> Iterator[Edit]:
    """Yield the edits that remove the other words, each with the space before it."""
    for index, word in enumerate(words):
        if index not in kept:
            begin = words[index - 1].end() if index else word.start()
            yield Edit(begin, word.end())


def _words_in(command: re.Match[str]) -> Iterator[re.Match[str]]:
    return _WORD.finditer(command.string, command.start(), command.end())


def _unquoted(word: str) -> str:
    return word.strip("\"'")
