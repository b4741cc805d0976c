"""The JSON report of `show`, version 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from stackcfg.releases.stores import KV, SQL
from stackcfg.reports.models.location import DatabaseLocation
from stackcfg.reports.models.shape import Count, OneOf, Ordinal, Problem, Shape
from stackcfg.show.overview import (
    BY_VARIABLE,
    CATALOG_STYLE,
    DANGLING,
    INLINE_STYLE,
    MIXED,
    NO_STORES,
    UNREAD,
    USED,
    WRONG_FAMILY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSpan(Shape):
    """An unbroken run of releases, both ends included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEvidence(Shape):
    """Something in the config that only some releases read, at its line (1-based)."""

    what: str
    spans: list[ReleaseSpan]
    line: Ordinal
    column: Ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFit(Shape):
    """The releases that most of the config is for, with the evidence for and against it."""

    spans: list[ReleaseSpan]
    proof: list[ReleaseEvidence]
    against: list[ReleaseEvidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBackend(Shape):
    """An entry of `storage.backends`; `location` is null when its type is unknown."""

    name: str
    type: str
    line: Ordinal
    column: Ordinal
    location: DatabaseLocation | None
    users: list[str]
    unused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStore(Shape):
    """One store and who uses it.

    `status`: `unread` is dropped by the release, `dangling` names no backend, `wrong-family`
    names one that cannot serve it, `variable` one that only the environment knows. `implied`:
    not in the file, and the server has it nevertheless. `disabled`: its provider is off.
    `variable`: what must be set for its provider to be on.
    """

    consumer: str
    api: str
    provider: str
    provider_type: str
    family: Annotated[str, OneOf(KV, SQL)]
    style: Annotated[str, OneOf(INLINE_STYLE, CATALOG_STYLE)]
    status: Annotated[str, OneOf(USED, UNREAD, DANGLING, WRONG_FAMILY, BY_VARIABLE)]
    backend: str
    name: str
    location: DatabaseLocation | None
    path: list[str | int]
    line: Ordinal
    column: Ordinal
    implied: bool
    disabled: bool
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableStore(Shape):
    """An inline store that no release can read."""

    message: str
    line: Ordinal
    column: Ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConfig(Shape):
    """One run config; `place` is where it is in the file, empty for the file itself.

    `release` is the one whose reading of references is shown: the asked one, or, where none
    was asked for and the config is for later releases only, the last of those.
    """

    place: str
    release: str
    style: Annotated[str, OneOf(INLINE_STYLE, CATALOG_STYLE, MIXED, NO_STORES)]
    releases: ReleaseFit
    backends: list[ShownBackend]
    stores: list[ShownStore]
    unreadable: list[UnreadableStore]
    providers_without_stores: dict[str, Count]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile(Shape):
    """What one file holds."""

    file: str
    problem: Problem | None = None
    configs: list[ShownConfig]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReport(Shape):
    """The whole report. `release` is the one that `target` names."""

    version: Literal[1]
    target: str
    release: str
    files: list[ShownFile]
