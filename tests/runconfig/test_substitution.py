"""What the server makes of strings with variables, by release."""

from __future__ import annotations

from typing import Any

import pytest

from stackcfg.runconfig.substitution import (
    UNKNOWN,
    find_strings,
    read_variables,
    substitute,
)

FIRST, OLD, TYPED, CURRENT = (0, 1, 5, 1), (0, 2, 12), (0, 2, 19), (1, 5, 0)
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("${env.PORT:8321}", OLD, "8321"),
        ("${env.PORT:8321}", FIRST, "8321"),
        ("${env.KEY+x}", FIRST, "${env.KEY+x}"),
        ("${env.KEY+x}", OLD, ""),
        ("${env.PORT:=8321}", TYPED, 8321),
        ("${env.RATE:=1.5}", CURRENT, 1.5),
        ("${env.ON:=True}", CURRENT, True),
        ("${env.HOST:=h}", CURRENT, "h"),
        ("${env.KEY:=}", CURRENT, None),
        ("${env.KEY:+x}", CURRENT, None),
        ("${env.KEY}", CURRENT, UNKNOWN),
        ("a-${env.KEY}-${env.B:=b}", CURRENT, UNKNOWN),
        ("a-${env.A:=1}", CURRENT, "a-1"),
        ("8321", OLD, "8321"),
        ("8321", TYPED, 8321),
        ("8321", CURRENT, "8321"),
        ("{{ port }}", CURRENT, UNKNOWN),
    ],
)
def test_a_string_becomes_what_the_release_makes_of_it(
    text: str, version: tuple[int, ...], expected: Any
) -> None:
    found = substitute([text], NONE, version)[0]
    assert (found, type(found)) == (expected, type(expected))


def test_a_variable_that_is_set_has_an_unknown_value() -> None:
    known = frozenset({"KEY"})
    assert substitute("${env.KEY:=x}", known, CURRENT) is UNKNOWN
    assert substitute("${env.KEY:+x}", known, CURRENT) == "x"


def test_data_of_other_types_and_keys_stay() -> None:
    data = {"${env.A:=b}": [1, None, True, 2.5, {"c": "${env.A:=d}"}]}
    assert substitute(data, NONE, CURRENT) == {
        "${env.A:=b}": [1, None, True, 2.5, {"c": "d"}]
    }


def test_variables_are_read_by_what_is_written_about_them() -> None:
    texts = ["${env.A}", "${env.B:+x}${env.C:=}", "${env.D:=y}"]
    found = read_variables(texts, CURRENT)
    assert (found.required, found.switches, found.empty) == ({"A"}, {"B"}, {"C"})


def test_a_file_with_switches_has_two_readings() -> None:
    assert read_variables(["${env.A}"], CURRENT).readings == ({"A"},)
    found = read_variables(["${env.A}", "${env.B:+x}"], CURRENT)
    assert found.readings == ({"A"}, {"A", "B"})


def test_only_values_are_searched_for_strings() -> None:
    data = {"$key": ["$a", {"b": "$c", "d": 1}], "e": "f"}
    assert sorted(find_strings("$", data)) == ["$a", "$c"]
