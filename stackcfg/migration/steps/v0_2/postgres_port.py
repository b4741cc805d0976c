"""Within 0.2: the `port` of a Postgres store is a string in 0.2.9 - 0.2.13.

It is a number again from 0.2.14 on (#2593), and later releases accept both.
0.2.13 refuses every port: its loader makes numbers of all digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path
from stackcfg.yamltext.document import SCALAR

NUMBER_SINCE: Final = (0, 2, 14)
REFUSED_SINCE: Final = (0, 2, 13)


def run(context: StepContext) -> Changes:
    """Quote the port where the target is one of these releases."""
    target = context.release.target.last
    if target >= NUMBER_SINCE:
        return
    for path in _numeric_ports(context.data, ()):
        if target >= REFUSED_SINCE:
            message = (
                "0.2.13 refuses every 'port' of a Postgres store; "
                "leave 5432 out, or migrate to 0.2.14"
            )
            yield context.action_required(message, path)
            continue
        node = context.text.editable_node(path)
        if node is None or node.kind != SCALAR or node.anchor is not None:
            continue
        if node.style is None:
            yield from context.text.set(path, node.text)


def _numeric_ports(value: Any, path: Path) -> Iterator[Path]:
    """Yield the paths of ports of Postgres stores that are numbers."""
    if isinstance(value, dict):
        if value.get("type") == "postgres" and type(value.get("port")) is int:
            yield (*path, "port")
        for key, item in value.items():
            yield from _numeric_ports(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numeric_ports(item, (*path, index))
