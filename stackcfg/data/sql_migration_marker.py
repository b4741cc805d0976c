"""Vector stores that a new server reads from its KV store only once.

Where their metadata is to be in SQL (`storage.stores.vector_stores`, or `metadata_store` of a provider), ogx 1.0.0 and
later copy it there from the KV store at their first start, and note that down under a key, also where there was nothing
to copy. A server that was started before the rows came does not look for them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.data.engines.protocol import Reader, Selection
from stackcfg.data.moves import Move
from stackcfg.data.row_rule import Skipped
from stackcfg.data.transform import is_owned
from stackcfg.data.upgrade import Upgrade

NOTED: Final = "openai_vector_stores_sql_migration:v3"
STORES: Final = "openai_vector_stores:v3::"


def is_skipped_by_server(
    move: Move,
    upgrade: Upgrade,
    source: Reader,
    target: Reader | None,
    tables: Reader | None,
) -> Iterator[Skipped]:
    """What to tell of each vector store of a move that the new server will not read. Raises `DatabaseError`.

    `target` is the KV store that it reads, `tables` the database with its SQL tables.
    """
    key = move.target.prefix + NOTED
    if (
        move.read_into is None
        or target is None
        or not target.has_table(move.target.table)
    ):
        return
    if target.pair(move.target.table, key) is None or source.pair(
        move.source.table, move.source.prefix + NOTED
    ):
        return
    known = (
        tables
        if tables is not None and tables.has_table(move.read_into.table)
        else None
    )
    reason = f"the new server noted that it has them in SQL: delete the row '{key}', and it reads them at its next start"
    for pair in source.pairs(
        move.source.table, Selection((move.source.prefix + STORES,), move.without)
    ):
        identifier = pair[0].removeprefix(move.source.prefix + STORES)
        there = (
            known.row(move.read_into.table, {"id": identifier}, ["id"])
            if known is not None
            else None
        )
        if there is None and is_owned(move, pair, upgrade):
            yield Skipped(reason, needs_action=True)
