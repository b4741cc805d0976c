"""Plans whose chunks are completed.

Pure: nothing here looks at the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stackcfg.data.chunk_stores.moves import ChunkMove
from stackcfg.data.chunk_stores.opening import CLIENTS, find_missing_package
from stackcfg.data.disk.moves import FileMove
from stackcfg.data.row_rules.chunks import RULE
from stackcfg.data.upgrade import Upgrade

VECTOR_IO = "vector_io"


def plan_chunk_stores(
    files: Iterable[FileMove], upgrade: Upgrade
) -> Iterator[ChunkMove]:
    """Yield the databases among files whose chunks lack what is required."""
    if not RULE.is_due(VECTOR_IO, upgrade, in_place=True):
        return
    types = {
        f"{VECTOR_IO} {provider_id}": provider_type
        for provider_id, provider_type in upgrade.old.provider_ids(VECTOR_IO).items()
    }
    for move in files:
        provider_type = types.get(move.store, "")
        if provider_type not in CLIENTS or move.left:
            continue
        if not find_missing_package(provider_type):
            yield ChunkMove(provider_type, move)
