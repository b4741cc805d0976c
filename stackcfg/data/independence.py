"""Which databases can be written at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stackcfg.data.locations import Database
from stackcfg.data.moves import Move


@dataclass(slots=True)
class _Group:
    """Databases that are written one after the other, and all that they use."""

    written: list[Database] = field(default_factory=list)
    used: set[Database] = field(default_factory=set)

    def depends_on(self, database: Database, used: set[Database]) -> bool:
        """Return whether one of them is read where the other is written."""
        return database in self.used or not used.isdisjoint(self.written)


def group_dependent(
    destinations: Mapping[Database, Sequence[Move]],
) -> list[list[Database]]:
    """Return the databases in groups, each in the given order.

    No database of a group is read or written for another group.
    """
    groups: list[_Group] = []
    for database, moves in destinations.items():
        used = {database, *(move.source.database for move in moves)}
        used.update(
            move.read_into.database for move in moves if move.read_into is not None
        )
        made = _Group()
        apart: list[_Group] = []
        for group in groups:
            if group.depends_on(database, used):
                made.written += group.written
                made.used |= group.used
            else:
                apart.append(group)
        made.written.append(database)
        made.used |= used
        groups = [*apart, made]
    order = list(destinations)
    return [sorted(each.written, key=order.index) for each in groups]
