"""The storage section that tests write into their configs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

CATALOG: Final = """\
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: kvstore.db}
    sql_default: {type: sql_sqlite, db_path: sql_store.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
"""All stores of 0.3, in two files."""


def storage_in(folder: Path) -> dict[str, Any]:
    """Return a storage section with the stores that every server since 0.3.0 has."""
    return {
        "backends": {
            "kv_default": {"type": "kv_sqlite", "db_path": f"{folder}/kv.db"},
            "sql_default": {"type": "sql_sqlite", "db_path": f"{folder}/sql.db"},
        },
        "stores": {
            "metadata": {"backend": "kv_default", "namespace": "registry"},
            "inference": {"backend": "sql_default", "table_name": "inference_store"},
            "conversations": {
                "backend": "sql_default",
                "table_name": "openai_conversations",
            },
        },
    }
