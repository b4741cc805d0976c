"""Within 0.2: the `port` of a Postgres store is a string in 0.2.9 - 0.2.13.

It is a number again from 0.2.14 on (#2593), and later releases accept
both. 0.2.13 refuses every port: its loader makes numbers of all digits.
"""

from collections.abc import Iterator

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, Path, as_mapping, walk_values
from stackcfg.yamltext.document import SCALAR

NUMBER_SINCE = (0, 2, 14)
REFUSED_SINCE = (0, 2, 13)


def run(context: StepContext) -> Changes:
    """Quote the port where the target is one of these releases."""
    if context.version >= NUMBER_SINCE:
        return
    for path in _numeric_ports(context.data):
        if context.version >= REFUSED_SINCE:
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


def _numeric_ports(data: Data) -> Iterator[Path]:
    for path, value in walk_values(data):
        port = as_mapping(value).get("port")
        # a boolean is an integer for Python
        if type(port) is int and value.get("type") == "postgres":
            yield (*path, "port")
