"""`stores.json` is written by hand: its rows against the config models, which are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from stackcfg.paths import Path
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.models import config_model, root_model
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import INLINE, KV, REFERENCE, SQL, load_store_fields
from stackcfg.releases.versions import (
    Release,
    described_releases,
    format_release,
    read_facts,
    span_of,
)

LAST: Final = described_releases()[-1]

STORE_MODELS: Final = {
    "RedisKVStoreConfig": (INLINE, KV),
    "SqliteKVStoreConfig": (INLINE, KV),
    "PostgresKVStoreConfig": (INLINE, KV),
    "MongoDBKVStoreConfig": (INLINE, KV),
    "SqliteSqlStoreConfig": (INLINE, SQL),
    "PostgresSqlStoreConfig": (INLINE, SQL),
    "KVStoreReference": (REFERENCE, KV),
    "SqlStoreReference": (REFERENCE, SQL),
    "InferenceStoreReference": (REFERENCE, SQL),
    "ResponsesStoreReference": (REFERENCE, SQL),
}
"""Config models of stores: their style and their family."""


class Store(NamedTuple):
    path: Path
    style: str
    family: str
    api: str = ""
    provider_type: str = ""


READ_BY_NOTHING: Final = {
    Store(("storage", "stores", "responses"), REFERENCE, SQL): (CATALOG_SINCE, LAST),
    Store(("kvstore",), INLINE, KV, "vector_io", "inline::sqlite_vec"): (
        (0, 1, 3),
        (0, 1, 3),
    ),
}
"""Fields of a model that no code of these releases reads."""

INSIDE_A_STORE: Final = {Store(("inference_store", "sql_store_config"), INLINE, SQL)}
"""Another way to write a store that the facts have (0.2.22)."""

WITHOUT_MODEL: Final = {Store(("conversations_store",), INLINE, SQL)}
"""In files of October 2025; only the main branch before 0.3.0 had it."""

CATALOG: Final = ("storage", "backends")


def models_in(kind: Any) -> Iterator[str]:
    """Yield the models that a type mentions."""
    if not isinstance(kind, list) or kind[0] == "literal":
        return
    if kind[0] == "model":
        yield kind[1]
        return
    for part in kind[1:]:
        yield from models_in(part)


def stores_in(
    model: str, version: Release, above: Path = (), seen: frozenset[str] = frozenset()
) -> Iterator[Store]:
    """Yield the stores in the fields of a config model, and of the models in it."""
    for key, field in config_model(model, version).fields.items():
        path = (*above, key)
        for name in models_in(field.kind):
            if name in STORE_MODELS:
                yield Store(path, *STORE_MODELS[name])
            elif name not in seen:
                yield from stores_in(name, version, path, seen | {name})


def stores_of(version: Release) -> set[Store]:
    """Return every store of a release, by its config models."""
    server = stores_in(root_model(version).name, version)
    found = {store for store in server if store.path[:2] != CATALOG}
    for key in read_facts("providers.json")["providers"]:
        api, provider_type = key.split(" ")
        spec = provider_spec(api, provider_type, version)
        if spec is None:
            continue
        for store in stores_in(spec.config, version):
            found.add(store._replace(api=api, provider_type=provider_type))
    return found


def known_stores(version: Release) -> set[Store]:
    return {
        Store(field.path, field.style, field.family, field.api, field.provider_type)
        for field in load_store_fields().fields
        if field.known_in(version)
    }


@pytest.mark.parametrize("version", described_releases(), ids=format_release)
def test_the_stores_of_a_release_are_those_of_its_models(version: Release) -> None:
    unread = {
        store
        for store, (since, until) in READ_BY_NOTHING.items()
        if since <= version <= until
    }
    found = stores_of(version) - unread - INSIDE_A_STORE
    assert found == known_stores(version) - WITHOUT_MODEL


def test_default_files_are_of_the_releases_whose_models_name_one():
    """A default that is no string is a whole config of a store, with a file."""
    for row in read_facts("stores.json")["default_files"]:
        since, until = span_of(row)
        for version in described_releases():
            if version >= CATALOG_SINCE:
                break
            spec = provider_spec(row["api"], row["provider_type"], version)
            assert spec is not None
            field = config_model(spec.config, version).fields["kvstore"]
            has_file = field.default is None and not field.required
            assert has_file == (since <= version <= until), format_release(version)
