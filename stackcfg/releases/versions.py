"""Releases as numbers that compare, and the measured facts about them: the JSON files in `facts/`."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

Release = tuple[int, ...]
"""A release as numbers, so that releases compare: 0.2.23 is (0, 2, 23).

Release numbers are plain: the package `ogx` goes on counting where `llama-stack` ended (0.7.3, then 0.8.0).
"""


@cache
def parse_release(text: str) -> Release:
    """A release number as a tuple. Raises `ValueError` when it is not one."""
    return tuple(int(part) for part in text.split("."))


def format_release(version: Release) -> str:
    """A release as people write it."""
    return ".".join(map(str, version))


@cache
def read_facts(name: str) -> Any:
    """One of the fact files."""
    with open(
        os.path.join(os.path.dirname(__file__), "facts", name), encoding="utf-8"
    ) as file:
        return json.load(file)
