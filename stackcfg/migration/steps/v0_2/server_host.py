"""Within 0.2: `server.disable_ipv6` of 0.2.6 and 0.2.7 becomes `server.host` (0.2.8).

The old server listened on `0.0.0.0` alone where it was true, else on both `::` and `0.0.0.0`, as the new one does
without a host. Source: the server of the released wheels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import removed, renamed_key
from stackcfg.paths import value_at
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.yamltext.document import SCALAR
from stackcfg.yamltext.edits import Edit

OLD: Final = ("server", "disable_ipv6")
HOST: Final = ("server", "host")
IPV4: Final = "0.0.0.0"


def run(context: StepContext) -> Iterator[Change]:
    """Write the host where the key was true, else take the key out."""
    server = value_at(context.data, OLD[:1])
    if not isinstance(server, Mapping) or OLD[1] not in server:
        return
    value = server[OLD[1]]
    node, holder = context.text.editable_node(OLD), context.text.editable_node(OLD[:1])
    entry = holder.entry(OLD[1]) if holder is not None else None
    if value is not None and as_pydantic_bool(value) is None:
        message = f"'{OLD[1]}' is not read since 0.2.8: write 'host: {IPV4}' where it is to be true"
        yield StepNote(ACTION_REQUIRED, message, context.text.offset(OLD))
    elif (
        as_pydantic_bool(value)
        and HOST[1] not in server
        and node is not None
        and node.kind == SCALAR
        and entry is not None
    ):
        yield Delete(OLD)
        yield Put(HOST, IPV4)
        yield renamed_key(entry[0], HOST[1])
        yield Edit(
            node.start, node.end, (f'"{IPV4}"' if entry[0].style == '"' else IPV4,)
        )
    else:
        yield from removed(context, OLD)
