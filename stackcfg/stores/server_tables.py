"""References of prompts and connectors to a KV store, which are read as tables.

Both are stored in SQL since ogx 1.0.0 (#5756, #5757). Its loader, and
its model of the stores, make a reference to a table of an old one.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Data, mapping_at
from stackcfg.releases.changes import SERVER_STORES_IN_SQL_SINCE
from stackcfg.releases.stores import DEFAULT_BACKENDS, SQL
from stackcfg.releases.versions import Release
from stackcfg.runconfig.sections import STORES_PATH

USES = ("prompts", "connectors")


def read_tables(data: Data, version: Release) -> Data:
    """Return a config whose references are those that a release reads.

    A config without an old reference is returned itself.
    """
    if version < SERVER_STORES_IN_SQL_SINCE:
        return data
    stores = mapping_at(data, STORES_PATH)
    tables = {
        name: _make_sql_reference(name, stores[name])
        for name in USES
        if is_rewritten(name, stores.get(name))
    }
    if not tables:
        return data
    storage = {**data["storage"], "stores": {**stores, **tables}}
    return {**data, "storage": storage}


def is_rewritten(store: str, reference: Any) -> bool:
    """Return whether a reference is one to a KV store of which a
    reference to a table is made.
    """
    if store not in USES or not isinstance(reference, Mapping):
        return False
    return "namespace" in reference and "table_name" not in reference


def _make_sql_reference(store: str, reference: Data) -> dict[str, Any]:
    """Return the reference to a table that the loader makes of one to a
    KV store.

    It renames the backend: of prompts, a leading `kv_` becomes `sql_`;
    of connectors every `kv_`, and all other keys are lost.
    """
    backend = reference.get("backend")
    table = reference["namespace"]
    if store == "connectors":
        backend = reference.get("backend", DEFAULT_BACKENDS[SQL])
        if isinstance(backend, str):
            backend = backend.replace("kv_", "sql_")
        return {"backend": backend, "table_name": table}
    made = {key: value for key, value in reference.items() if key != "namespace"}
    if isinstance(backend, str) and backend.startswith("kv_"):
        made["backend"] = "sql_" + backend.removeprefix("kv_")
    return {**made, "table_name": table}
