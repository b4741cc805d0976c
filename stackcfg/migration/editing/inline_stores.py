"""Inline stores that a step adds, beside those that the file has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stackcfg.light_typing import Any
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data
from stackcfg.releases.stores import SQL
from stackcfg.runconfig.placeholders import modernize_placeholders, split_directory

POSTGRES_SINCE = (0, 2, 9)
"""The first release whose SQL stores can be in PostgreSQL."""

_CONNECTION = ("host", "port", "db", "user", "password")


def new_inline_store(
    context: StepContext,
    family: str,
    neighbors: Sequence[Data],
    folder: str,
    file_name: str,
) -> Data:
    """Return a store in the Postgres database of a neighbor, else in a file.

    Without a folder the file is where the server puts it by default.
    """
    if family == SQL and context.version >= POSTGRES_SINCE:
        connection = _postgres_connection(neighbors)
        if connection:
            return {"type": "postgres", **connection}
    if not folder:
        return {"type": "sqlite"}
    return {"type": "sqlite", "db_path": folder + file_name}


def first_folder(holders: Iterable[Data]) -> str:
    """Return the folder of the first sqlite file, with its last slash;
    empty if there is none.
    """
    for holder in holders:
        folder = _folder_of(holder.get("db_path"))
        if folder:
            return folder
    return ""


def inner_mappings(config: Data) -> list[Data]:
    """Return the mappings in the settings of a provider: its stores,
    among others.
    """
    return [value for value in config.values() if isinstance(value, Mapping)]


def _postgres_connection(stores: Sequence[Data]) -> Data:
    for store in stores:
        if store.get("type") == "postgres" and store.get("user") is not None:
            return {key: store[key] for key in _CONNECTION if key in store}
    return {}


def _folder_of(db_path: Any) -> str:
    if not isinstance(db_path, str):
        return ""
    parts = split_directory(modernize_placeholders(db_path))
    if parts is None or not parts[0]:
        return ""
    return db_path.removesuffix(parts[1])
