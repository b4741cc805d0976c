"""What a step yields: edits of the text, the same changes of the data,
and notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Path, value_at
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.template_quotes import write_all_in_quotes

INFO = "info"
CHECK = "check"
ACTION_REQUIRED = "action required"


class StepNote(NamedTuple):
    """A note for the report: a fact, something to check, or an action
    required.

    `severity` is one of `INFO`, `CHECK` and `ACTION_REQUIRED`, `offset`
    the place in the old text.
    """

    severity: str
    message: str
    offset: int


class Put(NamedTuple):
    """The data at `path` is `value` after the change."""

    path: Path
    value: Any


class Delete(NamedTuple):
    """There is nothing at `path` after the change."""

    path: Path


class Move(NamedTuple):
    """What was at `path` is at `new_path` after the change."""

    path: Path
    new_path: Path


Change = Edit | Put | Delete | Move | StepNote

Changes = Iterator[Change]
"""What a step yields."""

Notes = Iterator[StepNote]


def expected_data(
    data: Any,
    changes: Iterable[Change],
) -> Any:
    """Return what a config must mean after the changes, given what it
    means now.

    All paths are those of the old data. Keys are deleted first; then
    values are put, and moved, the innermost first. Items leave their
    lists last, so that indexes hold until then.
    """
    operations = [each for each in changes if isinstance(each, Put | Delete | Move)]
    result = copy_data(data)
    items = list(_delete_keys(result, operations))
    for each in operations:
        if isinstance(each, Put):
            _put(result, each.path, write_all_in_quotes(each.value))
    moves = [each for each in operations if isinstance(each, Move)]
    for move in sorted(moves, key=lambda each: len(each.path), reverse=True):
        value = value_at(result, move.path[:-1]).pop(move.path[-1])
        _put(result, move.new_path, value)
    for index, holder in sorted(items, key=lambda item: item[0], reverse=True):
        del holder[index]
    return result


def _delete_keys(
    data: Any, operations: Iterable[Put | Delete | Move]
) -> Iterator[tuple[int, Any]]:
    """Delete keys; yield the index and the list of each item to be deleted."""
    for each in operations:
        if not isinstance(each, Delete):
            continue
        holder, last = value_at(data, each.path[:-1]), each.path[-1]
        if isinstance(last, int):
            yield last, holder
        else:
            del holder[last]


def copy_data(value: Any) -> Any:
    """Return a copy of plain data that shares no mapping and no list with it."""
    if isinstance(value, dict):
        return {key: copy_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_data(item) for item in value]
    return value


def _put(
    data: Any,
    path: Path,
    value: Any,
) -> None:
    for part in path[:-1]:
        if isinstance(data, dict) and not isinstance(data.get(part), dict | list):
            data[part] = {}
        data = data[part]
    data[path[-1]] = value
