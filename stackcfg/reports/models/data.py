"""The JSON report of the data commands, version 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from stackcfg.data.result import COPY, DRY_RUN, PLAN, VERIFY
from stackcfg.reports.models.shape import Count, OneOf, Ordinal, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsLocation(Shape):
    """Where rows are: a sqlite file by its path, a database of a server by host, port and name.

    Credentials are never part of it.
    """

    engine: str
    address: list[str]
    table: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRows(Shape):
    """Why rows are not copied, how many, and whether somebody must look after them."""

    reason: str
    rows: Count
    action_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyResult(Shape):
    """What a copy did with the rows of a store.

    `present` rows were in the target before; `differing` names the keys of rows that are in
    the target with other content. `copied_before`: an earlier run did it all.
    """

    rows: Count
    added: Count
    completed: Count
    present: Count
    differing: list[str]
    copied_before: bool
    skipped: list[SkippedRows]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult(Shape):
    """How many of the expected rows are present.

    The checksums are SHA-256 over keys and contents in order.
    """

    rows: Count
    present: Count
    missing: list[str]
    differing: list[str]
    expected_checksum: str
    found_checksum: str
    skipped: list[SkippedRows]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMove(Shape):
    """One store: its rows, from where to where they go, and the rules that apply.

    `rows` is null if the old database does not exist.
    """

    store: str
    kind: str
    rows: Count | None
    source: RowsLocation
    target: RowsLocation
    rules: list[str]
    in_place: bool
    copied: CopyResult | None = None
    verified: VerifyResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmovedRows(Shape):
    """Rows that are not copied, how many (null if the database is not opened), and why."""

    store: str
    kind: str
    rows: Ordinal | None
    location: RowsLocation
    reason: str
    action_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigOfReleases(Shape):
    """A run config and the releases that it is for."""

    file: str
    releases: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReport(Shape):
    """The whole report. `backups` names the copy that was kept of each written file."""

    version: Literal[2]
    action: Annotated[str, OneOf(PLAN, COPY, VERIFY, DRY_RUN)]
    old: ConfigOfReleases
    new: ConfigOfReleases
    moves: list[StoreMove]
    unmoved: list[UnmovedRows]
    backups: dict[str, str]
