"""The run configs of services with one vector provider, before and after an upgrade."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

STORES_OF_NEW: Final = {
    "metadata": {"backend": "kv_registry", "namespace": ""},
    "inference": {"backend": "sql_default", "table_name": "completions"},
    "conversations": {"backend": "sql_default", "table_name": "conversations"},
    "prompts": {"backend": "sql_default", "table_name": "prompts"},
    "connectors": {"backend": "sql_default", "table_name": "connectors"},
}
"""The stores of ogx 1.5.0; the registry is in a backend of its own, as before."""


def service(
    name: str,
    provider_type: str,
    fields: Mapping[str, str],
    *,
    new: bool,
    folder: str = "",
) -> str:
    """Return the run config of 0.2.23, or that of ogx 1.5.0; `folder` ends with a slash."""
    kv = {"type": "sqlite", "db_path": f"{folder}{name}.kv.db"}
    store: dict[str, Any] = {"kvstore": kv}
    if new:
        store = {"persistence": {"backend": "kv_default", "namespace": ""}}
    provider = {
        "provider_id": name,
        "provider_type": provider_type,
        "config": {**fields, **store},
    }
    data: dict[str, Any] = {
        "version": 2,
        "image_name": "demo",
        "apis": ["vector_io"],
        "providers": {"vector_io": [provider]},
    }
    registry = f"{folder}registry.db"
    if not new:
        data["metadata_store"] = {"type": "sqlite", "db_path": registry}
        return json.dumps(data)
    data["storage"] = {
        "backends": {
            "kv_default": {**kv, "type": "kv_sqlite"},
            "kv_registry": {"type": "kv_sqlite", "db_path": registry},
            "sql_default": {"type": "sql_sqlite", "db_path": f"{folder}sql.db"},
        },
        "stores": STORES_OF_NEW,
    }
    return json.dumps(data)
