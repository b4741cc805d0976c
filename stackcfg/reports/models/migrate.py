"""The JSON migration report as typed models: the source of `schemas/migrate-report-v1.json`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Place(_Strict):
    """Where rows are; the connection is without credentials, placeholders are as written."""

    engine: str
    connection: dict[str, str]
    table: str
    prefix: str


class Store(_Strict):
    """One consumer: where its rows were, where the new server looks, whether it sees them."""

    consumer: str
    backend: str
    before: Place | None
    after: Place | None
    data: Literal["kept", "partly", "unseen", "new"]
    reason: str


class Finding(_Strict):
    """Something a person should know, at its line (1-based, columns in characters)."""

    kind: Literal["info", "check", "action required"]
    message: str
    line: int = Field(ge=1)
    column: int = Field(ge=1)


class Config(_Strict):
    """One run config; `place` is where it stands in the file, empty for the file itself.

    `was_for` are the releases that it was for before, in words; `proof` are the lines that say so.
    """

    place: str
    changed: bool
    was_for: str
    proof: list[int]
    stores: list[Store]
    findings: list[Finding]


class Problem(_Strict):
    """Why a file was refused."""

    message: str
    hint: str
    line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)


class File(_Strict):
    """What became of one file; `data_command` brings the stored data along, where any would look empty."""

    file: str
    status: Literal["migrated", "partial", "unchanged", "refused"]
    changed: bool | None = None
    backup: str | None = None
    data_command: str | None = None
    problem: Problem | None = None
    configs: list[Config] | None = None


class Report(_Strict):
    """The whole report."""

    version: Literal[1]
    target: str
    layout: Literal["consolidate", "preserve"]
    files: list[File]
