"""Batches go to the SQL table `batches` (ogx 1.0.0, #5757).

Until ogx 0.8.0 they are in a KV store, and nothing copies them: after the upgrade no batch is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.data.row_rule import Neighbour, Skipped
from stackcfg.data.row_rules.registered_resources import as_object

PREFIX: Final = "batch:"
KEYS: Final = (PREFIX,)
TABLE: Final = "batches"
SCHEMA: Final = {
    "id": "text",
    "created_at": "integer",
    "status": "text",
    "batch_data": "json",
}


def table_rows(
    key: str, value: str, _neighbour: Neighbour
) -> Iterator[dict[str, Any] | Skipped]:
    """The row of a batch."""
    batch = as_object(value)
    if batch is None:
        yield Skipped("not a JSON object", needs_action=True)
        return
    yield {
        "id": key.removeprefix(PREFIX),
        "created_at": batch.get("created_at"),
        "status": batch.get("status"),
        "batch_data": value,
    }
