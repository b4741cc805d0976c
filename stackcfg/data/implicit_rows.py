"""Providers of vector_io that have no KV store in the old config, and have one in the new.

Until 0.2.14 only faiss has one, the others got theirs in 0.2.15 and 0.2.16. They list their vector stores in their own
database: sqlite-vec in tables of its file, whose rows become KV rows; for the others rows are made from the registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.data.locations import SQLITE, HomeFolder, RowLocation, locate_rows
from stackcfg.data.stored_rows import ConfigSide, StoredRows
from stackcfg.releases.rows import list_table, row_kind
from stackcfg.releases.stores import KV, LAST_INLINE, SQL
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Location

API: Final = "vector_io"
METADATA: Final = "metadata"


def find_implicit_rows(
    side: ConfigSide,
    old: Sequence[StoredRows],
    new: Sequence[StoredRows],
    home: HomeFolder | None,
) -> Iterator[StoredRows]:
    """What such a provider holds: rows in tables of its file, or none of its own; then they are made from the registry.

    Raises `MissingVariableError`.
    """
    fact = next((each.fact for each in new if each.fact.use == API), None)
    if side.releases[0] > LAST_INLINE or fact is None:
        return
    known = {each.owner for each in old if each.fact.api == API}
    registry = next(
        (each.locations[0] for each in old if each.fact.use == METADATA), None
    )
    for owner, provider_type in side.provider_ids(API).items():
        if owner in known:
            continue
        name, kind, table = f"{API} {owner}", row_kind(API), list_table(provider_type)
        file = (
            as_string(side.provider_config(API, owner).get(table.field))
            if table
            else ""
        )
        if table and file:
            where = Location(SQLITE, (("db_path", file),), table.name)
            place = locate_rows(
                where, KV, side.variables, f"the place of '{name}'", home
            )
            yield StoredRows(name, fact, owner, provider_type, (), kind, SQL, (place,))
        elif registry is not None:
            yield StoredRows(
                name,
                fact,
                owner,
                provider_type,
                (),
                kind,
                KV,
                (RowLocation(registry.database, ""),),
            )
