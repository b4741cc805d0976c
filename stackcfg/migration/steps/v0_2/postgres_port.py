"""Within 0.2: the `port` of a Postgres store is text in 0.2.9 - 0.2.13, a number again from 0.2.14 on (#2593).

Later releases take both. In 0.2.13 every port that is written is refused: its loader makes numbers of all digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path
from stackcfg.yamltext.document import SCALAR
from stackcfg.yamltext.edits import Edit

NUMBER_SINCE: Final = (0, 2, 14)
RETYPED: Final = (0, 2, 13)


def run(context: StepContext) -> Iterator[Change]:
    """Quote the port where the target is one of these releases."""
    if context.release.target.last >= NUMBER_SINCE:
        return
    for path in _ports(context.data, ()):
        if context.release.target.last >= RETYPED:
            message = "0.2.13 refuses every 'port' of a Postgres store: leave it out where it is 5432, or go to 0.2.14"
            yield StepNote(ACTION_REQUIRED, message, context.text.offset(path))
            continue
        node = context.text.editable_node(path)
        if (
            node is not None
            and node.kind == SCALAR
            and node.style is None
            and node.anchor is None
        ):
            yield Put(path, node.text)
            yield Edit(node.start, node.end, (f'"{node.text}"',))


def _ports(value: Any, path: Path) -> Iterator[Path]:
    """The ports of Postgres stores that are numbers."""
    if isinstance(value, dict):
        if value.get("type") == "postgres" and type(value.get("port")) is int:
            yield (*path, "port")
        for key, item in value.items():
            yield from _ports(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _ports(item, (*path, index))
