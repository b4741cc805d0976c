"""Values that are true or false, compared with pydantic itself."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import UNKNOWN

WORDS = ["true", "yes", "on", "1", "t", "y", "false", "no", "off", "0", "f", "n"]
VALUES = [
    True,
    False,
    0,
    1,
    0.0,
    1.0,
    2,
    -1,
    0.5,
    None,
    "",
    " true",
    "maybe",
    "2",
    "1.0",
    [],
    {},
    [True],
    float("nan"),
]


def converted(value: Any) -> bool | None:
    try:
        return TypeAdapter(bool).validate_python(value)
    except ValidationError:
        return None


@pytest.mark.parametrize(
    "value", [*VALUES, *WORDS, *map(str.upper, WORDS), *map(str.title, WORDS)], ids=repr
)
def test_a_value_becomes_the_boolean_that_pydantic_makes_of_it(value: Any) -> None:
    assert as_pydantic_bool(value) is converted(value)


def test_an_unknown_value_is_no_boolean() -> None:
    assert as_pydantic_bool(UNKNOWN) is None
