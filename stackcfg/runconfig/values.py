"""Values of a run config as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_string(value: Any) -> str:
    """A field value as the text that identifies it: `5432` and `"5432"` are the same port."""
    return "" if value is None else str(value)


def with_string_keys(value: Any) -> Any:
    """Data whose keys are all text, as paths and names are."""
    if isinstance(value, Mapping):
        return {str(key): with_string_keys(item) for key, item in value.items()}
    return (
        [with_string_keys(item) for item in value] if isinstance(value, list) else value
    )
