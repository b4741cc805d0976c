"""The JSON report of `show` as typed models: the source of `schemas/show-report-v1.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Placed(_Strict):
    """Lines and columns are 1-based, columns in characters, both always those of the outer file."""

    line: int = Field(ge=1)
    column: int = Field(ge=1)


class ReleaseSpan(_Strict):
    """An unbroken run of releases, both ends included."""

    first: str
    last: str


class ReleaseEvidence(_Placed):
    """Something in the config that only some releases read."""

    what: str
    spans: list[ReleaseSpan]


class ReleaseFit(_Strict):
    """The releases that most of the config is for, the lines that prove it, and those that speak against it."""

    spans: list[ReleaseSpan]
    proof: list[ReleaseEvidence]
    against: list[ReleaseEvidence]


class DatabasePlace(_Strict):
    """Where rows are; the connection is without credentials, placeholders are as written."""

    engine: str
    connection: dict[str, str]
    table: str
    prefix: str


class ShownBackend(_Placed):
    """An entry of `storage.backends`; without location when its type is unknown."""

    name: str
    type: str
    location: DatabasePlace | None
    users: list[str]
    unused: bool


class ShownStore(_Placed):
    """One store and its consumer.

    `status`: `unread` is dropped by the release, `dangling` names no backend, `wrong-family` one that cannot serve it,
    `variable` one that only the environment knows. `implied`: not in the file, and the server has it all the same.
    `disabled`: its provider is off. `variable`: what must be set for its provider to be on.
    """

    consumer: str
    api: str
    provider: str
    provider_type: str
    family: Literal["kv", "sql"]
    style: Literal["inline", "catalog"]
    status: Literal["used", "unread", "dangling", "wrong-family", "variable"]
    backend: str
    name: str
    location: DatabasePlace | None
    path: list[str | int]
    implied: bool
    disabled: bool
    variable: str


class UnreadableStore(_Placed):
    """A store given in place that makes no sense."""

    message: str


class ShownConfig(_Strict):
    """One run config; `place` is where it stands in the file, empty for the file itself.

    `release` is the one whose reading of references is shown: the asked one, or, where none was asked for and the
    config is for later releases only, the last of those.
    """

    place: str
    release: str
    style: Literal["inline", "catalog", "mixed", "none"]
    releases: ReleaseFit
    backends: list[ShownBackend]
    stores: list[ShownStore]
    unreadable: list[UnreadableStore]
    providers_without_stores: dict[str, int]


class ShowProblem(_Strict):
    """Why a file could not be shown; without line and column where it has no place."""

    message: str
    hint: str
    line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)


class ShownFile(_Strict):
    """What one file holds."""

    file: str
    problem: ShowProblem | None = None
    configs: list[ShownConfig]


class ShowReport(_Strict):
    """The whole report. `release` is the one that `target` stands for."""

    version: Literal[1]
    target: str
    release: str
    files: list[ShownFile]
