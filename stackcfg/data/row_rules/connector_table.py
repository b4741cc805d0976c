"""Connectors go to the SQL table `connectors` (ogx 1.0.0, #5757).

Until ogx 0.8.0 they are in a KV store. The server registers those of its config at every start; what was registered
at run time is copied by nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.data.row_rule import Neighbour, Skipped
from stackcfg.data.row_rules.registered_resources import as_object

PREFIX: Final = "connectors:v1:"
KEYS: Final = (PREFIX,)
TABLE: Final = "connectors"
FIELDS: Final = (
    "connector_type",
    "url",
    "server_label",
    "server_name",
    "server_description",
)
SCHEMA: Final = {
    "id": "text",
    **dict.fromkeys(FIELDS, "text"),
    "connector_data": "json",
}


def table_rows(
    key: str, value: str, _neighbour: Neighbour
) -> Iterator[dict[str, Any] | Skipped]:
    """The row of a connector."""
    connector = as_object(value)
    if connector is None:
        yield Skipped("not a JSON object", needs_action=True)
        return
    known = {name: connector.get(name) for name in FIELDS}
    yield {"id": key.removeprefix(PREFIX), **known, "connector_data": value}
