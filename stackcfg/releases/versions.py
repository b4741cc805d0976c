"""Releases as numbers that compare, and the rows of the fact files by release.

Every row has the first and the last release that had it (`since`,
`until`); one that is true to this day has no `until`. Every published
release from 0.1.0 was described, but for release candidates. A release
that was not counts as the nearest described one before it.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache

from stackcfg.light_typing import Any

Release = tuple[int, ...]
"""A release as numbers: 0.2.23 is (0, 2, 23), 0.2.10.1 is (0, 2, 10, 1)."""

Span = tuple[Release, Release]
"""The first and the last release of an unbroken run of releases."""

Row = Mapping[str, Any]


@cache
def parse_release(text: str) -> Release:
    """Return a release number as a tuple. Raises `ValueError` if it is not one."""
    return tuple(int(part) for part in text.split("."))


def format_release(version: Release) -> str:
    """Return a release as people write it."""
    return ".".join(map(str, version))


@cache
def read_facts(name: str) -> Mapping[str, Any]:
    """Return the content of a fact file."""
    path = os.path.join(os.path.dirname(__file__), "facts", name)
    with open(path, encoding="utf-8") as file:
        facts: Mapping[str, Any] = json.load(file)
    return facts


@cache
def described_releases() -> list[Release]:
    """Return the releases whose packages were described, oldest first."""
    return [parse_release(text) for text in read_facts("releases.json")["releases"]]


@cache
def nearest_described(version: Release) -> Release:
    """Return a release if it was described, else the nearest before it."""
    known = described_releases()
    return known[max(0, bisect_right(known, version) - 1)]


def span_of(row: Row) -> Span:
    """Return the releases for which a row of a fact is true."""
    return parse_release(row["since"]), last_release_of(row)


def last_release_of(row: Row) -> Release:
    """Return the last release for which a row is true."""
    until = row.get("until")
    if until is None:
        return described_releases()[-1]
    return parse_release(until)


def find_row(rows: Iterable[Row], version: Release) -> Row | None:
    """Return the row of a fact that is true for a release, or None."""
    version = nearest_described(version)
    for row in rows:
        until = row.get("until")
        is_over = until is not None and version > parse_release(until)
        if not is_over and version >= parse_release(row["since"]):
            return row
    return None


def names_at(rows_by_name: Mapping[str, Iterable[Row]], version: Release) -> list[str]:
    """Return the names of which a row is true for a release."""
    return [name for name, rows in rows_by_name.items() if find_row(rows, version)]
