"""The JSON report of the data commands as typed models: the source of `schemas/data-report-v1.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Place(_Strict):
    """Where rows are: a sqlite file by its path, a database of a server by host, port and name; never credentials."""

    engine: str
    address: list[str]
    table: str
    prefix: str


class Reason(_Strict):
    """Why rows are not carried, how many, and whether a person must look after them."""

    reason: str
    rows: int = Field(ge=0)
    person: bool


class Copied(_Strict):
    """What a copy did with the rows of a store; keys of rows that are there with another content are named."""

    rows: int = Field(ge=0)
    added: int = Field(ge=0)
    completed: int = Field(ge=0)
    there: int = Field(ge=0)
    differing: list[str]
    left: list[Reason]
    done_before: bool


class Checked(_Strict):
    """What is there of the rows that should be. The checksums are SHA-256 over keys and contents in order."""

    rows: int = Field(ge=0)
    there: int = Field(ge=0)
    missing: list[str]
    differing: list[str]
    left: list[Reason]
    expected: str
    found: str


class Move(_Strict):
    """One store: its rows (null where the old database is not there), from, to, and the rules that apply."""

    store: str
    kind: str
    rows: int | None = Field(ge=0)
    source: Place
    target: Place
    rules: list[str]
    in_place: bool
    copied: Copied | None = None
    checked: Checked | None = None


class Stay(_Strict):
    """Rows that are not carried, how many (null where the database is not opened), and why."""

    store: str
    kind: str
    rows: int | None = Field(ge=1)
    source: Place
    reason: str
    person: bool


class Side(_Strict):
    """A config and the releases that it is for."""

    file: str
    releases: list[str]


class DataReport(_Strict):
    """The whole report. `backups` are the files that were kept, by what they are of."""

    version: Literal[1]
    action: Literal["plan", "copy", "verify", "dry-run"]
    old: Side
    new: Side
    moves: list[Move]
    stays: list[Stay]
    backups: dict[str, str]
