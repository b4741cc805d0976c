"""What the configs of vector providers have besides a provider."""

from __future__ import annotations

from typing import Final

STORES_OF_NEW: Final = {
    "metadata": {"backend": "kv_registry", "namespace": ""},
    "inference": {"backend": "sql_default", "table_name": "completions"},
    "conversations": {"backend": "sql_default", "table_name": "conversations"},
    "prompts": {"backend": "sql_default", "table_name": "prompts"},
    "connectors": {"backend": "sql_default", "table_name": "connectors"},
}
"""The stores of ogx 1.5.0; the registry is in a backend of its own, as before."""
