"""Paths into nested data, keys and list indexes, and looking one up."""

from __future__ import annotations

from typing import Any

Path = tuple["str | int", ...]
"""Keys and list indexes from the root of a document to a node."""


def value_at(config: Any, path: Path) -> Any:
    """The value at a path of plain data, or None."""
    for part in path:
        if isinstance(config, dict):
            config = config.get(part)
        elif isinstance(config, list) and isinstance(part, int) and part < len(config):
            config = config[part]
        else:
            return None
    return config
