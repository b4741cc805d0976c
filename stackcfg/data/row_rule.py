"""The five kinds of row rules: how rows change so that a later release
reads them.

A rule is pure, keeps what an earlier release reads in a row, and leaves
a row that is as it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from stackcfg.data.engines.protocol import Row
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.versions import Release

ANY_TIME: Final = ""


class KvRow(NamedTuple):
    """A row of a KV store; the key is without the prefix of a namespace.

    `expiration` is when the row ends, where it matters; `ANY_TIME`: it
    does not.
    """

    key: str
    value: str
    expiration: Any = ANY_TIME


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a row is not carried over.

    `needs_action`: the row needs manual action; otherwise it is of no
    more use. `in_place`: the row is where the new server reads it, but
    lacks something unknown.
    """

    reason: str
    needs_action: bool = False
    in_place: bool = False

    @property
    def is_left(self) -> bool:
        """Return whether the new server misses the row for want of action."""
        return self.needs_action and not self.in_place


NOT_AN_OBJECT: Final = Skipped("not a JSON object", needs_action=True)

KvRows = list[KvRow | Skipped]
Fields = dict[str, Any]
TableRows = list[Fields | Skipped]
ReadValue = Callable[[str], str | None]
"""Returns the value of another key of the same store, if it exists."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RowRule:
    """What every rule says of itself.

    `page` is the docstring of its module: what changed in which
    release, and what the server does with a row that was not changed.
    `uses` are the uses of stores whose rows need the rule, `since` the
    releases that made it necessary. `on_copy`: rows that go to another
    place need it in any case. `any_release`: it can be necessary
    whatever the releases are. `applies_to` says which upgrades need it,
    `tell_apart` returns words in which two of them differ that have the
    same releases.
    """

    id: str
    page: str
    uses: tuple[str, ...]
    since: tuple[Release, ...]
    on_copy: bool = False
    any_release: bool = False
    applies_to: Callable[[Upgrade], bool] = lambda _upgrade: True
    tell_apart: Callable[[Upgrade], Sequence[str]] = lambda _upgrade: ()

    def is_due(self, use: str, upgrade: Upgrade, *, in_place: bool) -> bool:
        """Return whether rows of a use need the rule on an upgrade."""
        if use not in self.uses:
            return False
        return self._is_due_now(upgrade, in_place) and self.applies_to(upgrade)

    def _is_due_now(self, upgrade: Upgrade, in_place: bool) -> bool:
        if self.any_release or (self.on_copy and not in_place):
            return True
        return any(upgrade.source < each <= upgrade.target for each in self.since)


@dataclass(frozen=True, kw_only=True, eq=False)
class KvRule(RowRule):
    """For rows that stay in a KV store: `convert` returns what a row becomes.

    The rule is for keys that begin with one of `keys`. `make_missing`
    returns the rows that a provider (its id, its type) must have
    although no old row becomes them.
    """

    keys: tuple[str, ...]
    convert: Callable[[str, str, Upgrade], KvRows]
    make_missing: Callable[[str, str, Upgrade], list[KvRow]] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class KvToTableRule(RowRule):
    """For rows that go from a KV store to the SQL table `table`.

    `schema` maps its columns to plain types
    (`engines.statements.TYPES`).
    """

    keys: tuple[str, ...]
    table: str
    schema: Mapping[str, str]
    convert: Callable[[str, str, ReadValue], TableRows]


@dataclass(frozen=True, kw_only=True, eq=False)
class TableToKvRule(RowRule):
    """For rows that go to a KV store from SQL tables, by some columns.

    `convert` takes the table, a row, the type of the provider, and the
    upgrade.
    """

    tables: Mapping[str, tuple[str, ...]]
    convert: Callable[[str, Row, str, Upgrade], KvRows]


@dataclass(frozen=True, slots=True)
class NullFill:
    """A column to fill wherever it is NULL and the JSON column `unless`
    is empty.

    `schema` has both columns, which are added to tables that lack them.
    `explain_rest` returns why the other rows stay NULL.
    """

    column: str
    value: str
    unless: str
    schema: Mapping[str, str]
    explain_rest: Callable[[Upgrade], Skipped]


@dataclass(frozen=True, slots=True)
class NullRank:
    """A column to number rows with, wherever it is NULL.

    Rows that are alike in `within` are numbered by `by`, and those of
    the same `by` as they were stored. `schema` has the column, for
    tables that lack it.
    """

    column: str
    within: str
    by: str
    schema: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class ColumnRule(RowRule):
    """For rows that stay in SQL tables: `complete` returns columns to change.

    It is given the row with at least `columns`. A rule that only fills
    a column says so in `fill`, one that numbers rows in `rank`, and the
    database does it in one statement.
    """

    columns: tuple[str, ...]
    complete: Callable[[Row, Upgrade], Fields]
    fill: NullFill | None = None
    rank: NullRank | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class TableNameRule(RowRule):
    """For tables with chunks that the new release looks for under another name.

    The names are those of `releases.rows.ChunkTables`.
    """
