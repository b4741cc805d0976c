"""Files with relative paths: they are below the folder where the server was started.

A command that runs in another folder finds none of them. That is not the same as a
server that has stored nothing, which has made the file of its metadata store all the
same (0.1.9 to ogx 1.5.0).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from stackcfg.data.moves import Move, Unmoved, UpgradePlan

METADATA: Final = "metadata"
REASON: Final = (
    "the old config has a relative path, and no file with one is found; run this in "
    "the folder where the server was started"
)


def find_elsewhere(
    plan: UpgradePlan, absent: Collection[Move]
) -> Mapping[Unmoved, None]:
    """Return the rows that may be below another folder.

    Nothing where any file with a relative path is here, or the metadata store has none.

    `absent` are the moves whose old database does not exist. Nobody can count the rows.
    """
    moves = [move for move in plan.moves if move.source.is_relative]
    uses = [move.kind.use for move in moves]
    if METADATA not in uses or not all(move in absent for move in moves):
        return {}
    return {
        Unmoved(move.store, move.kind, move.source, REASON, needs_action=True): None
        for move in moves
    }
