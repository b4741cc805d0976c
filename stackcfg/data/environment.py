"""Resolves `${env…}` in a config as the server of a release does, from a given environment.

A variable that is unset and has no default stays as it is written, so that only what needs it must ask for it. `~` is
expanded in what a variable or its default puts there, as every release does; a literal `~` is left to who reads it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stackcfg.errors import StackcfgError
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import NAMED_START, find_old_placeholder
from stackcfg.runconfig.substitution import (
    TYPED_SINCE,
    convert_string,
    variable_pattern,
)

_ANY: Final = re.compile(NAMED_START)


class MissingVariableError(StackcfgError):
    """A variable that is not set, and the setting that cannot be read without it."""

    def __init__(self, variable: str, needed_for: str) -> None:
        super().__init__(
            f"the variable {variable} is not set, and {needed_for} needs it"
        )
        self.variable = variable
        self.needed_for = needed_for


def resolve_variables(
    data: Any, releases: Sequence[Release], variables: Mapping[str, str]
) -> Any:
    """Plain data with every variable replaced that is set or has a default.

    Of `releases`, oldest first, the last one reads it; a text in the syntax of 0.2.12 and before the first, if that is
    old enough.
    """
    if isinstance(data, str):
        if "${env." not in data:
            return data
        old = releases[0] < TYPED_SINCE and find_old_placeholder(data)
        return _text(data, releases[0] if old else releases[-1], variables)
    if isinstance(data, dict):
        return {
            key: resolve_variables(value, releases, variables)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [resolve_variables(item, releases, variables) for item in data]
    return data


def _text(text: str, version: Release, variables: Mapping[str, str]) -> Any:
    def value(match: re.Match[str]) -> str:
        name, operator, given = match[1], match[2], match[3] or ""
        current = variables.get(
            name, ""
        )  # an empty variable counts as unset, in every release
        if operator == "+":
            return os.path.expanduser(given) if current else ""
        if current:
            return os.path.expanduser(current)
        return match[0] if operator is None else os.path.expanduser(given)

    result = variable_pattern(version).sub(value, text)
    return (
        result
        if version < TYPED_SINCE or result == text or "${env." in result
        else convert_string(result)
    )


def missing_variables(text: str) -> str | None:
    """The first variable that a resolved text still asks for."""
    match = _ANY.search(text)
    return match[1] if match else None
