"""How the path of an entry is written, so that it stays when lines and items move."""

from __future__ import annotations

from stackcfg.light_typing import Any, Final
from stackcfg.paths import Path, as_mapping, value_at

_NAMES: Final = (
    "provider_id",
    "model_id",
    "shield_id",
    "vector_store_id",
    "vector_db_id",
    "toolgroup_id",
    "connector_id",
    "dataset_id",
    "benchmark_id",
    "scoring_fn_id",
    "name",
)
"""The keys that name an item of a list."""


def name_entry(data: Any, path: Path) -> str:
    """Return the path of an entry: keys with dots between, items by their name.

    An item without a name has its number:
    `providers.inference[ollama].config`, `apis[2]`.
    """
    written = ""
    for length, part in enumerate(path, 1):
        if isinstance(part, int):
            written += f"[{_name_item(value_at(data, path[:length]), part)}]"
        elif written:
            written += f".{part}"
        else:
            written = str(part)
    return written


def _name_item(item: Any, number: int) -> str:
    fields = as_mapping(item)
    for key in _NAMES:
        name = fields.get(key)
        if isinstance(name, str) and name:
            return name
    return str(number)
