"""The ways that rows can take, one class each: how they are counted,
copied and verified.

What happens before and after, for every move alike, is in `data.copy`
and `data.verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from stackcfg.data.moves import Move
from stackcfg.data.routes.chunks import Chunks
from stackcfg.data.routes.kv_to_kv import KvToKv
from stackcfg.data.routes.kv_to_sql import KvToSql
from stackcfg.data.routes.route import Route
from stackcfg.data.routes.sql_to_kv import SqlToKv
from stackcfg.data.routes.sql_to_sql import SqlToSql
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.stores import KV, SQL

_BY_FAMILIES: Final[Mapping[tuple[str, str], Callable[[Move, Upgrade], Route]]] = {
    (KV, KV): KvToKv,
    (KV, SQL): KvToSql,
    (SQL, KV): SqlToKv,
    (SQL, SQL): SqlToSql,
}


def route_of(move: Move, upgrade: Upgrade) -> Route:
    """Return the way that the rows of a move take."""
    if move.chunks is not None:
        return Chunks(move, upgrade, move.chunks)
    return _BY_FAMILIES[move.source.family, move.target.family](move, upgrade)
