"""What users are told of the values of a chart that are a part of its run config."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.templates.parting import Parted, PartedValue
from stackcfg.yamltext.lines import content_position

_RENDER: Final = "'helm template CHART -f YOURS | stackcfg migrate -'"


def notes_on_values(
    parted: Parted, file: str, lines: list[str]
) -> Iterator[MigrationNote]:
    """Yield a note for each value that users may give otherwise than the chart."""
    known: set[str] = set()
    for each in parted.values:
        severity, message = _describe(each, file)
        if message in known:
            continue
        known.add(message)
        position = content_position(lines, each.value.number)
        yield MigrationNote(severity, message, position)


def _describe(parted: PartedValue, file: str) -> tuple[str, str]:
    name = parted.value.name
    if parted.is_moved:
        message = (
            f"'{name}' is not read any more: what it says is in the template, in "
            f"other sections; put values of your own there: {_RENDER} shows how"
        )
        return ACTION_REQUIRED, message
    if parted.is_removed:
        message = f"'{name}' is not written any more: the target has no place for it"
        return ACTION_REQUIRED, message
    if parted.is_changed and parted.value.place is not None:
        return ACTION_REQUIRED, describe_changed_value(name, file)
    message = (
        f"values of your own for '{name}' are not known here; {_RENDER} migrates them"
    )
    if parted.value.place is None:
        return ACTION_REQUIRED, message
    return CHECK, message


def describe_changed_value(name: str, file: str) -> str:
    """Return what to do about values that users give in place of a changed one."""
    return (
        f"'{name}' in {file} is changed, too; change values of your own for it "
        f"in the same way: {_RENDER} shows how"
    )
