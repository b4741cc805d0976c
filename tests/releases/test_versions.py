"""Releases that compare, and rows of facts by release."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stackcfg.releases.versions import (
    described_releases,
    find_row,
    format_release,
    names_at,
    nearest_described,
    parse_release,
    read_facts,
    span_of,
)
from tests.support.running import ROOT

ROWS = [
    {"since": "0.2.8", "until": "0.2.24", "config": "Old"},
    {"since": "0.4.0", "config": "New"},
]
FACTS = sorted(path.name for path in (ROOT / "stackcfg/releases/facts").glob("*.json"))


def test_a_release_is_parsed_and_formatted() -> None:
    assert parse_release("0.2.23") == (0, 2, 23)
    assert format_release((0, 2, 23)) == "0.2.23"
    assert format_release(parse_release("0.2.10.1")) == "0.2.10.1"
    with pytest.raises(ValueError, match="invalid literal"):
        parse_release("0.2.x")


def test_described_releases_are_in_order() -> None:
    assert described_releases() == sorted(described_releases())


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [("0.1.5", "0.1.5.1", "0.1.6"), ("0.2.10", "0.2.10.1", "0.2.11")],
)
def test_a_release_of_four_numbers_has_its_place(
    before: str, version: str, after: str
) -> None:
    known = [format_release(release) for release in described_releases()]
    place = known.index(version)
    assert known[place - 1 : place + 2] == [before, version, after]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 0, 1), described_releases()[0]),
        ((0, 2, 24), (0, 2, 24)),
        ((0, 2, 99), (0, 2, 24)),
        ((9, 0), described_releases()[-1]),
    ],
)
def test_a_release_that_was_not_described_counts_as_the_one_before(
    version: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert nearest_described(version) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 2, 7), None),
        ((0, 2, 8), "Old"),
        ((0, 2, 24), "Old"),
        ((0, 3, 5), None),
        ((1, 5, 0), "New"),
    ],
)
def test_the_row_of_a_release_is_found(
    version: tuple[int, ...], expected: str | None
) -> None:
    row = find_row(ROWS, version)
    assert (row and row["config"]) == expected
    assert names_at({"a": ROWS, "b": []}, version) == (["a"] if row else [])


def rows_of(value: Any) -> list[Any]:
    """Return every list of rows with a span that is somewhere in a fact file."""
    if isinstance(value, dict):
        return [rows for item in value.values() for rows in rows_of(item)]
    if not isinstance(value, list):
        return []
    with_span = [each for each in value if isinstance(each, dict) and "since" in each]
    return [with_span] if with_span else []


@pytest.mark.parametrize("name", FACTS)
def test_a_row_that_is_true_to_this_day_has_no_end(name: str) -> None:
    """Else it would end, silently, when the next release becomes known."""
    newest = format_release(described_releases()[-1])
    assert f'"until": "{newest}"' not in json.dumps(read_facts(name))


@pytest.mark.parametrize("name", ["models.json", "providers.json", "releases.json"])
def test_the_spans_of_a_fact_follow_each_other(name: str) -> None:
    for rows in rows_of(read_facts(name)):
        ends = [release for row in rows for release in span_of(row)]
        assert ends == sorted(ends), rows
