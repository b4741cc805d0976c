"""Within 0.2: providers ask for stores that earlier releases did not have (0.2.8 - 0.2.17).

agents: `responses_store` (0.2.8, upstream #2233); vector_io: `kvstore` (0.2.13 #2470, 0.2.15 #2665, 0.2.16 #2489,
0.2.17 #2465). The models call them optional, but what they take for one that is left out is a bare word that no
provider can use: the server fails at start. Each gets a database file of its own, in the folder of a store that is
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import INFO, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.paths import Path
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import INLINE, SQL, StoreField
from stackcfg.runconfig.placeholders import modernize_placeholders, split_directory
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

APIS: Final = ("agents", "vector_io")
POSTGRES_SINCE: Final = (0, 2, 9)
CONNECTION: Final = ("host", "port", "db", "user", "password")


def run(context: StepContext) -> Iterator[Change]:
    """Add the stores that the target asks for. A file with a catalog has references in their place."""
    if "storage" in context.data:
        return
    for api, index, entry in provider_entries(context.data):
        config, kind = entry.get("config"), as_string(entry.get("provider_type"))
        if (
            api not in APIS
            or is_disabled(entry)
            or not isinstance(config, Mapping)
            or not config
        ):
            continue
        if "persistence" in config:  # half of a file for the catalog
            continue
        path: Path = ("providers", api, index, "config")
        for fact in context.store_fields.provider_fields(
            api, kind, context.release.target.last, INLINE
        ):
            name = fact.path[0]
            if name not in config and _needed(context, api, kind, name):
                fields = tuple(
                    Field(key, value)
                    for key, value in _store(context, fact, config, index).items()
                )
                yield Put((*path, name), {field.key: field.value for field in fields})
                yield added(context, path, Field(name, fields))
                message = f"'{name}' of {kind} is a store that earlier releases did not have: a new one"
                yield StepNote(
                    INFO, message, context.text.offset((*path[:3], "provider_type"))
                )


def _needed(context: StepContext, api: str, kind: str, name: str) -> bool:
    """Whether the provider cannot do without the store."""
    spec = provider_spec(api, kind, context.release.target.last)
    field = (
        config_model(spec.config, context.release.target.last).fields.get(name)
        if spec
        else None
    )
    return field is not None and not (field.kind[0] == "union" and "none" in field.kind)


def _store(
    context: StepContext, fact: StoreField, config: Mapping[str, Any], index: int
) -> dict[str, Any]:
    """The new store, in the database of its neighbour where that is a Postgres, else in a file."""
    neighbours = [value for value in config.values() if isinstance(value, Mapping)]
    for each in neighbours:
        usable = each.get("type") == "postgres" and each.get("user") is not None
        if (
            usable
            and fact.family == SQL
            and context.release.target.last >= POSTGRES_SINCE
        ):
            return {
                "type": "postgres",
                **{key: each[key] for key in CONNECTION if key in each},
            }
    holders = (*neighbours, config, context.data.get("metadata_store"))
    paths = [each.get("db_path") for each in holders if isinstance(each, Mapping)]
    for path in (each for each in paths if isinstance(each, str)):
        found = split_directory(modernize_placeholders(path))
        if found is not None and found[0]:
            return {
                "type": "sqlite",
                "db_path": path[: len(path) - len(found[1])]
                + _file(context, fact, index),
            }
    return {"type": "sqlite"}


def _file(context: StepContext, fact: StoreField, index: int) -> str:
    """A file name as upstream's own files have it; with a number where several providers of a type share a folder."""
    if fact.family == SQL:
        return f"{fact.path[0]}.db"
    of_type = (fact.api, fact.provider_type)
    word = fact.provider_type.rpartition("::")[2].replace("-", "_")
    same = [
        each
        for api, _, each in provider_entries(context.data)
        if (api, each.get("provider_type")) == of_type
    ]
    return f"{word}_registry{'' if len(same) < 2 else f'_{index}'}.db"
