"""What `validate` found in one file as JSON, for the cache."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from stackcfg.cli.validate_file import Checked


def encode_checked(checked: Checked) -> str:
    """Return what was found in a file as JSON: records are lists of their fields."""
    return json.dumps(checked, separators=(",", ":"))


# most files are clean, and what was found in them is equal
@lru_cache(64)
def decode_checked(text: str) -> Checked:
    """Return what was found in a file from JSON.

    Raises `ValueError` if the text is not what `encode_checked` writes.
    """
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    checked: Checked = _decode(Checked, content)
    return checked


def _decode(kind: Any, data: Any) -> Any:
    """Return plain data as a value of a type. Raises `ValueError`."""
    if kind in (int, str, bool, NoneType):
        if type(data) is not kind:
            raise ValueError(f"not of type {kind.__name__}")
        return data
    if get_origin(kind) is UnionType:
        wanted, _ = get_args(kind)
        if data is None:
            return None
        return _decode(wanted, data)
    if not isinstance(data, list):
        raise ValueError("not a list")
    if get_origin(kind) is tuple:
        return tuple(_decode(get_args(kind)[0], each) for each in data)
    fields = _types_of_fields(kind)
    if len(fields) != len(data):
        raise ValueError(f"not the fields of {kind.__name__}")
    return kind(*map(_decode, fields, data))


@cache
def _types_of_fields(record: type) -> Sequence[Any]:
    # `findings` imports it for type checkers alone
    from stackcfg.validation.rule_finding import Change

    return list(get_type_hints(record, localns={"Change": Change}).values())
