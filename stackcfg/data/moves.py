"""What a plan is made of: moves of rows, and rows that are not moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stackcfg.data.locations import Database, RowLocation
from stackcfg.data.row_rules import RowRule
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import ChunkTables, RowKind
from stackcfg.releases.stores import SQL
from stackcfg.releases.versions import Release, format_release

PLACE, WHOSE, TABLE = "R0", "R1", "R5"
"""Rules that are about where rows are, not about what is in them."""


@dataclass(frozen=True, slots=True)
class Move:
    """The rows of one kind, from a place to a place; both may be the same, then rows are completed where they are.

    `prefixes` begin the keys of the rows to take, all where there are none, behind the prefix of the place; `without`
    those of rows that are not taken, prefix included. `tables` pairs the names of SQL tables.
    `owners` are the providers whose rows they are, by the id that the old config gives and the type in the new one;
    `rivals` are the ids of those of the same kind whose rows are in the same place and go elsewhere. `shared` says that
    there are rows of any other consumer. `read_into` is where the new server copies them to itself, once.
    """

    consumer: str
    kind: RowKind
    owners: tuple[tuple[str, str], ...]
    source: RowLocation
    target: RowLocation
    source_family: str
    target_family: str
    rules: tuple[RowRule, ...] = ()
    prefixes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    chunks: ChunkTables | None = None
    rivals: tuple[str, ...] = ()
    shared: bool = False
    read_into: RowLocation | None = None

    @property
    def in_place(self) -> bool:
        """Whether the rows stay where they are."""
        return self.source == self.target and self.source_family == self.target_family

    @property
    def one_engine(self) -> bool:
        """Whether rows stay in one kind of database, which can then take many of them at once."""
        return self.source.database.engine == self.target.database.engine

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rules that apply, by their ids."""
        if self.is_idle:
            return ()
        moved = (
            ()
            if self.in_place
            else (TABLE,)
            if self.target_family == SQL == self.source_family
            else (PLACE,)
        )
        found = {
            *moved,
            *((WHOSE,) if self.shared else ()),
            *(rule.id for rule in self.rules),
        }
        return tuple(sorted(found, key=lambda each: int(each[1:])))

    @property
    def work(self) -> str:
        """What tells this move from every other: whose rows go from where to where, whatever becomes of them."""
        return f"{self.kind.use}: {self.source.describe()} -> {self.target.describe()}"

    def notes(self, target: Release) -> Mapping[str, str]:
        """What is noted down once it is done, on an upgrade to a release: a text for each rule, by its id, and one for
        the rows that came from another place, by `PLACE`.

        A rule says in which release it last had something new to do: rows can stay in a place over several upgrades.
        """
        moved = {} if self.in_place else {PLACE: self.work}
        versions = {
            rule.id: [each for each in rule.since if each <= target][-1:]
            for rule in self.rules
        }
        return moved | {
            name: " ".join([self.work, name, *map(format_release, since)])
            for name, since in versions.items()
        }

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do: the rows are read where they are, as they are."""
        return self.in_place and not self.rules


@dataclass(frozen=True, slots=True)
class Unmoved:
    """Rows that are not carried: whose, where they are, why. `person` says that somebody must look after them.

    `prefixes`, `without`, `tables` and `chunks` tell them from others in the same place; with an `owner` they are the
    vector stores that are registered for this provider.
    """

    consumer: str
    kind: RowKind
    family: str
    location: RowLocation
    reason: str
    needs_action: bool = False
    prefixes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    chunks: ChunkTables | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """All moves, those into one database together, and what stays."""

    upgrade: Upgrade
    moves: tuple[Move, ...]
    unmoved: tuple[Unmoved, ...]

    def destinations(self) -> Mapping[Database, tuple[Move, ...]]:
        """The databases that are written, each with the moves into it."""
        found: dict[Database, list[Move]] = {}
        for move in self.moves:
            if not move.is_idle:
                found.setdefault(move.target.database, []).append(move)
        return {database: tuple(moves) for database, moves in found.items()}
