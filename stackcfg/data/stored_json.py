"""JSON in stored values: read, written and compared as the servers do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

JsonObject = Mapping[str, Any]


def parse_json(text: str) -> Any:
    """Return what a JSON text means; None where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def parse_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a string holds; None where it holds none."""
    found = parse_json(text)
    return found if isinstance(found, dict) else None


def dump_compact(value: Any) -> str:
    """Return JSON as pydantic writes it: without spaces, characters
    unescaped.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def rewrite_object(text: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return the text of a changed object; the old text where nothing
    changed.
    """
    return text if new == old else dump_compact(new)


def is_same_value(one: Any, other: Any) -> bool:
    """Return whether stored values are equal, or mean the same as JSON."""
    if one == other:
        return True
    if not _may_be_json(one) or not _may_be_json(other):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _may_be_json(value: Any) -> bool:
    return isinstance(value, str) and value[:1] in ("{", "[")
