"""Whether values are the same, in all that YAML tells apart."""

from __future__ import annotations

import pytest

from stackcfg.runconfig.same_values import has_same_values

NAN = float("nan")
SAME = (
    ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
    ([NAN], [float("nan")]),
    ({}, {}),
)
DIFFERENT = (
    (1, True),
    (1, 1.0),
    ("1", 1),
    ({"a": 1}, {"a": True}),
    ({1: "a"}, {True: "a"}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({"a": 1}, {"a": 1, "b": 2}),
    ([1], [1, 2]),
    ([1], {"0": 1}),
    ([{"a": "x"}], [{"a": "y"}]),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_they_are_the_same(one, other):
    assert has_same_values(one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_they_are_not_the_same(one, other):
    assert not has_same_values(one, other)
    assert not has_same_values(other, one)
