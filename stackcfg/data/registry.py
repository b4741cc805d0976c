"""Reads what the registry of the old server says: the version of its keys, and the registered vector stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stackcfg.data.engines.protocol import Reader, Selection
from stackcfg.data.moves import Move
from stackcfg.data.row_rules.registered_resources import as_object, renamed_resource
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import registry
from stackcfg.runconfig.values import as_string


def find_registry_version(source: Reader, move: Move, upgrade: Upgrade) -> str:
    """The newest version of the keys of registered resources that the old server can have read and that is there."""
    newest = registry().version_of(upgrade.old.last)
    if source.has_table(move.source.table):
        for version, since in sorted(
            registry().versions.items(), key=lambda each: each[1], reverse=True
        ):
            selection = Selection(
                (f"{move.source.prefix}{registry().prefix}{version}::",)
            )
            if since <= registry().versions[newest] and source.count_pairs(
                move.source.table, selection
            ):
                return version
    return newest


def read_registered_stores(
    source: Reader, move: Move, version: str, upgrade: Upgrade
) -> dict[str, Mapping[str, Any]]:
    """The vector stores that are registered in the old store, by id, as the new release knows them."""
    found: dict[str, Mapping[str, Any]] = {}
    for kind in ("vector_db", "vector_store"):
        prefix = f"{move.source.prefix}{registry().prefix}{version}::{kind}:"
        pairs = (
            source.pairs(move.source.table, Selection((prefix,)))
            if source.has_table(move.source.table)
            else ()
        )
        for key, value, _ in pairs:
            resource = as_object(as_string(value))
            if resource is not None:
                found[key.removeprefix(prefix)] = renamed_resource(
                    resource, upgrade.target
                )
    return found
