"""Within 0.2: providers require stores that earlier releases did not have (0.2.8 - 0.2.17).

agents: `responses_store` (0.2.8, upstream #2233); vector_io: `kvstore` (0.2.13 #2470,
0.2.15 #2665, 0.2.16 #2489, 0.2.17 #2465). The models call them optional, but their
default is a string that no provider can use: the server fails at start. Each store gets
a database file of its own, in the folder of another store of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, mapping_at
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import INLINE, SQL, StoreField
from stackcfg.runconfig.placeholders import modernize_placeholders, split_directory
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

APIS: Final = ("agents", "vector_io")
POSTGRES_SINCE: Final = (0, 2, 9)
CONNECTION: Final = ("host", "port", "db", "user", "password")


def run(context: StepContext) -> Iterator[Change]:
    """Add the stores that the target requires; a file with a catalog has references instead."""
    if "storage" in context.data:
        return
    for api in APIS:
        for path, provider in context.providers_of(api):
            config = mapping_at(provider, ("config",))
            # `persistence` is the form of 0.3: the file is half migrated
            if config and "persistence" not in config:
                yield from _add_stores(context, path, provider)


def _add_stores(
    context: StepContext, path: Path, provider: Mapping[str, Any]
) -> Iterator[Change]:
    api = str(path[1])
    kind = as_string(provider.get("provider_type"))
    version = context.release.target.last
    for fact in context.store_fields.provider_fields(api, kind, version, INLINE):
        name = fact.path[0]
        if name in provider["config"] or not _is_required(context, api, kind, name):
            continue
        store = _new_store(context, fact, path)
        message = (
            f"'{name}' of {kind} is a new store, which earlier releases did not have"
        )
        yield context.info(message, (*path, "provider_type"))
        yield from context.text.add((*path, "config", name), store)


def _is_required(context: StepContext, api: str, kind: str, name: str) -> bool:
    version = context.release.target.last
    spec = provider_spec(api, kind, version)
    if spec is None:
        return False
    field = config_model(spec.config, version).fields.get(name)
    if field is None:
        return False
    return not (field.kind[0] == "union" and "none" in field.kind)


def _new_store(context: StepContext, fact: StoreField, path: Path) -> dict[str, Any]:
    """Return a store in the Postgres database of another store of the provider, else in a file."""
    config = mapping_at(context.data, (*path, "config"))
    others = [value for value in config.values() if isinstance(value, Mapping)]
    if fact.family == SQL and context.release.target.last >= POSTGRES_SINCE:
        for other in others:
            if other.get("type") == "postgres" and other.get("user") is not None:
                connection = {key: other[key] for key in CONNECTION if key in other}
                return {"type": "postgres", **connection}
    metadata = mapping_at(context.data, ("metadata_store",))
    for holder in (*others, config, metadata):
        old = holder.get("db_path")
        if not isinstance(old, str):
            continue
        parts = split_directory(modernize_placeholders(old))
        if parts is not None and parts[0]:
            folder = old.removesuffix(parts[1])
            return {
                "type": "sqlite",
                "db_path": folder + _file_name(context, fact, path),
            }
    return {"type": "sqlite"}


def _file_name(context: StepContext, fact: StoreField, path: Path) -> str:
    """Return a file name as in upstream's own files; numbered where several providers share a type."""
    if fact.family == SQL:
        return f"{fact.path[0]}.db"
    word = fact.provider_type.rpartition("::")[2].replace("-", "_")
    same_type = 0
    for api, _, provider in provider_entries(context.data):
        if (api, provider.get("provider_type")) == (fact.api, fact.provider_type):
            same_type += 1
    suffix = f"_{path[2]}" if same_type > 1 else ""
    return f"{word}_registry{suffix}.db"
