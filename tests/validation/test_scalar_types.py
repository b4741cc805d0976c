"""Which values each scalar type takes: what pydantic says of all of them."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr, TypeAdapter, ValidationError

from stackcfg.validation.model_check import check_type
from stackcfg.validation.scalar_types import SCALARS

TYPES: dict[str, Any] = {
    "str": str,
    "secret": SecretStr,
    "path": Path,
    "int": int,
    "float": float,
    "bool": bool,
    "url": HttpUrl,
    "dict": dict,
    "list": list,
}
SIGNS = ("", "+", "-", "_", "1", "0", ".", "e", " ", "inf", "nan", "\x1c", "\u0661")
WORDS = ("true", "Yes", "oFF", "t", "none", "in_f", "http://x/", "1_000.5e1_0", "\xa01")
NUMBERS = (0, 1, 2, -1, 1.0, 1.5, 9.2e18, 9.3e18, -9.3e18, 10**30, float("inf"))
OTHERS = (True, None, b"\xff", date(2024, 1, 2), datetime(2024, 1, 2), {1}, set(), {})


def values() -> list[Any]:
    """Return strings of every form of number, the same as bytes, and the rest."""
    texts = {"".join(each) for each in itertools.product(SIGNS, repeat=3)}
    texts |= {*WORDS, "9" * 4300, "9" * 4301}
    found: list[Any] = sorted(texts)
    found += [text.encode() for text in sorted(texts)]
    return [*found, *NUMBERS, *OTHERS, [], [1]]


@pytest.mark.parametrize("name", TYPES)
def test_a_type_takes_what_pydantic_takes(name: str):
    adapter = TypeAdapter(TYPES[name])
    accepts, _ = SCALARS[name]
    wrong = [each for each in values() if accepts(each) != _takes(adapter, each)]
    assert wrong == []


def _takes(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def test_a_set_is_a_list_of_its_values():
    assert check_type(("list", "str"), {"a", "b"}, (), (1, 5, 0)) == []
    assert check_type(("list", "str"), {1}, (), (1, 5, 0)) != []
