"""Connectors go to the SQL table `connectors` (ogx 1.0.0, #5757).

Until ogx 0.8.0 connectors are in a KV store. The server registers those
of its config at every start; those that were registered at run time are
not copied by anything.
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.row_rule import (
    NOT_AN_OBJECT,
    KvToTableRule,
    ReadValue,
    TableRows,
)
from stackcfg.data.stored_json import parse_object

PREFIX: Final = "connectors:v1:"
FIELDS: Final = (
    "connector_type",
    "url",
    "server_label",
    "server_name",
    "server_description",
)


def convert(key: str, value: str, _read: ReadValue) -> TableRows:
    """Return the row of a connector."""
    connector = parse_object(value)
    if connector is None:
        return [NOT_AN_OBJECT]
    fields = {name: connector.get(name) for name in FIELDS}
    return [{"id": key.removeprefix(PREFIX), **fields, "connector_data": value}]


RULE: Final = KvToTableRule(
    id="R10",
    page=__doc__,
    uses=("connectors",),
    since=((1, 0, 0),),
    keys=(PREFIX,),
    table="connectors",
    schema={"id": "text", **dict.fromkeys(FIELDS, "text"), "connector_data": "json"},
    convert=convert,
)
