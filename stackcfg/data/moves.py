"""What a plan consists of: moves of rows, and rows that are not moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from stackcfg.data.chunk_stores.moves import ChunkMove
from stackcfg.data.disk.moves import FileMove
from stackcfg.data.locations import Database, RowLocation
from stackcfg.data.row_rule import RowRule, Skipped
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.data.upgrade import Upgrade
from stackcfg.paths import value_at
from stackcfg.releases.rows import ChunkTables, RowKind
from stackcfg.releases.stores import SQL
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.values import as_string

LOCATION_RULE: Final = "R0"
SHARED_RULE: Final = "R1"
TABLE_RULE: Final = "R5"
"""Rules about where rows are, not about their content."""

TENANTS_SINCE: Final[Release] = (1, 2, 0)
"""Since then `server.tenancy.mode` says whether SQL rows have a tenant."""


class Owner(NamedTuple):
    """A provider: its id in the old config, its type in the new one."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Which keys at a location are those of one store.

    They begin with one of `prefixes` (with anything where there are
    none), behind the prefix of the location, and with none of
    `without`, which include it. `competing_providers` are the ids of
    providers of the same kind whose rows are at the same location and
    go elsewhere. `is_shared`: any other store has rows there.
    """

    prefixes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    competing_providers: tuple[str, ...] = ()
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Rows of one kind that go to another location or are completed in place.

    `keys` says which KV rows, `chunks` which tables of chunks.
    `read_into`: the new server copies the rows there, once.
    """

    store: str
    kind: RowKind
    owners: tuple[Owner, ...]
    source: RowLocation
    target: RowLocation
    rules: tuple[RowRule, ...] = ()
    keys: OwnKeys = OwnKeys()
    chunks: ChunkTables | None = None
    read_into: RowLocation | None = None

    @property
    def in_place(self) -> bool:
        """Return whether the rows stay where they are."""
        return self.source == self.target

    @property
    def is_idle(self) -> bool:
        """Return whether the rows stay where they are, as they are."""
        return self.in_place and not self.rules

    @property
    def tables(self) -> Iterator[tuple[str, str]]:
        """Yield the old and the new name of each SQL table."""
        if self.source.family == self.target.family == SQL:
            yield self.source.table, self.target.table
            for name in self.kind.further:
                yield name, name

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Return the ids of the rules that apply, by their numbers."""
        if self.is_idle:
            return ()
        ids = {rule.id for rule in self.rules}
        if not self.in_place:
            ids.add(TABLE_RULE if any(self.tables) else LOCATION_RULE)
        if self.keys.is_shared:
            ids.add(SHARED_RULE)
        return tuple(sorted(ids, key=lambda each: int(each[1:])))

    @property
    def way(self) -> str:
        """Return from where to where the rows go, and whose they are."""
        # databases of users hold these strings: a changed one would repeat a
        # copy
        way = f"{self.kind.use}: {self.source.describe()} -> {self.target.describe()}"
        if self.keys.competing_providers:
            way += f" of {', '.join(each.id for each in self.owners)}"
        return way

    def records(self, upgrade: Upgrade) -> Mapping[str, str]:
        """Return what the database records once the move is done, by rule.

        The record of a rule names the last release in which it had
        something new to do, and what else tells this upgrade from
        others, since rows can stay in place over several upgrades.
        `LOCATION_RULE` has the record that the rows came from another
        location.
        """
        records = {}
        if not self.in_place:
            records[LOCATION_RULE] = self.way
        for rule in self.rules:
            last = [each for each in rule.since if each <= upgrade.target][-1:]
            parts = [self.way, rule.id, *map(format_release, last)]
            parts += rule.tell_apart(upgrade)
            records[rule.id] = " ".join(parts)
        return records


@dataclass(frozen=True, slots=True)
class Unmoved:
    """Rows that are not moved, and why.

    `keys` and `chunks` tell them from others at the same location. With
    an `owner` they are the vector stores that are registered for this
    provider.
    """

    store: str
    kind: RowKind
    location: RowLocation
    reason: str
    needs_action: bool = False
    keys: OwnKeys = OwnKeys()
    chunks: ChunkTables | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """All moves of an upgrade, the rows that are not moved, and moves of files.

    `chunk_stores` are databases among the files whose chunks are
    completed.
    """

    upgrade: Upgrade
    moves: tuple[Move, ...]
    unmoved: tuple[Unmoved, ...]
    files: tuple[FileMove, ...] = ()
    chunk_stores: tuple[ChunkMove, ...] = ()

    @property
    def all_rows(self) -> tuple[Move | Unmoved, ...]:
        """Return what moves and what does not."""
        return (*self.moves, *self.unmoved)

    def only(self, names: frozenset[str]) -> UpgradePlan:
        """Return the part of the plan that is about stores with these names."""
        moves = [each for each in self.moves if names & {*each.store.split(", ")}]
        unmoved = [each for each in self.unmoved if each.store in names]
        files = [each for each in self.files if each.store in names]
        chunks = [each for each in self.chunk_stores if each.files.store in names]
        return UpgradePlan(
            self.upgrade, tuple(moves), tuple(unmoved), tuple(files), tuple(chunks)
        )

    def destinations(self) -> Mapping[Database, tuple[Move, ...]]:
        """Return the databases that are written, each with the moves into it."""
        found: dict[Database, list[Move]] = {}
        for move in self.moves:
            if not move.is_idle:
                moves = found.setdefault(move.target.database, [])
                moves.append(move)
        return {database: tuple(moves) for database, moves in found.items()}


def explain_hidden_rows(move: Move, upgrade: Upgrade) -> Skipped | None:
    """Return why no user will see the rows of a move; None where one will.

    In the mode `single` a server gives rows without a tenant its
    default tenant when it starts; in `multi` it cannot know whose they
    are (read in 1.2.0 to 1.5.0).
    """
    if move.target.family != SQL or move.chunks is not None:
        return None
    if upgrade.target < TENANTS_SINCE:
        return None
    if (
        _tenancy_mode(upgrade.new) != "multi"
        or _tenancy_mode(upgrade.old) != "disabled"
    ):
        return None
    reason = (
        f"{format_release(upgrade.target)} shows nobody a row without a tenant "
        "(server.tenancy.mode: multi); set their tenant_id to that of their owner"
    )
    return Skipped(reason, needs_action=True, in_place=True)


def _tenancy_mode(side: ConfigSide) -> str:
    return as_string(value_at(side.data, ("server", "tenancy", "mode"))) or "disabled"
