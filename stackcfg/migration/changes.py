"""What a step reads and what it yields: edits on the text, the same as operations on the data, and notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from stackcfg.paths import Path
from stackcfg.yamltext.edits import Edit

INFO: Final = "info"
CHECK: Final = "check"
ACTION_REQUIRED: Final = "action required"


class StepNote(NamedTuple):
    """A note for the report: a fact, something to check, or something that a person must do.

    `severity` is one of `INFO`, `CHECK` and `ACTION_REQUIRED`, `offset` the place in the old text.
    """

    severity: str
    message: str
    offset: int


class Put(NamedTuple):
    """The data at `path` is to be `value` after the change."""

    path: Path
    value: Any


class Delete(NamedTuple):
    """Nothing is to be at `path` after the change."""

    path: Path


Change = Edit | Put | Delete | StepNote


def expected_data(data: Any, changes: Iterable[Change]) -> Any:
    """What the document is to mean after the changes: the old data with every `Delete` and `Put` applied.

    Paths are those of the old data: items leave a list last, the hindmost first.
    """
    changes = list(changes)
    result = _copy(data)
    deletes = [change.path for change in changes if isinstance(change, Delete)]
    for path in deletes:
        if not isinstance(path[-1], int):
            _delete(result, path)
    for change in changes:
        if isinstance(change, Put):
            _put(result, change.path, change.value)
    for path in sorted(
        (path for path in deletes if isinstance(path[-1], int)),
        key=lambda path: path[-1],
        reverse=True,
    ):
        _delete(result, path)
    return result


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _delete(data: Any, path: Path) -> None:
    for part in path[:-1]:
        data = data[part]
    del data[path[-1]]


def _put(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        if not isinstance(data, list) and not isinstance(data.get(part), dict | list):
            data[part] = {}
        data = data[part]
    data[path[-1]] = value
