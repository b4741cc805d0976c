"""Batches go to the SQL table `batches` (ogx 1.0.0, #5757).

Until ogx 0.8.0 batches are in a KV store. The server does not copy
them: after the upgrade it has no batches.
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

PREFIX: Final = "batch:"


def convert(key: str, value: str, _read: ReadValue) -> TableRows:
    """Return the row of a batch."""
    batch = parse_object(value)
    if batch is None:
        return [NOT_AN_OBJECT]
    row = {name: batch.get(name) for name in ("created_at", "status")}
    return [{"id": key.removeprefix(PREFIX), **row, "batch_data": value}]


RULE: Final = KvToTableRule(
    id="R9",
    page=__doc__,
    uses=("batches",),
    since=((1, 0, 0),),
    keys=(PREFIX,),
    table="batches",
    schema={
        "id": "text",
        "created_at": "integer",
        "status": "text",
        "batch_data": "json",
    },
    convert=convert,
)
