"""Resolves `${env…}` in a config as the server of a release does, from
given variables.

A variable without a value or default stays as it is written, so that it
is an error only where it is needed. `~` is expanded in what a variable
or its default inserts, as in every release; a literal `~` is left to
whoever reads the path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from stackcfg.data.stored_json import JsonObject
from stackcfg.errors import StackcfgError
from stackcfg.paths import Path
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import NAMED_START, find_old_placeholder
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.substitution import (
    TYPED_SINCE,
    convert_string,
    variable_pattern,
)
from stackcfg.runconfig.values import as_string, with_string_keys

_NAMED: Final = re.compile(NAMED_START)

OLD_PREFIX: Final = "STACKCFG_OLD_"
"""Begins the variables that count for the old config alone:
`STACKCFG_OLD_X` is its `X`. The servers of both sides can have other
values for one variable.
"""


class MissingVariableError(StackcfgError):
    """A variable is not set, and a setting cannot be read without it."""

    def __init__(self, variable: str, needed_for: str) -> None:
        super().__init__(
            f"the variable {variable} is not set, and {needed_for} needs it"
        )


def variables_of_old(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the old config: some have a value of their own."""
    own = {
        name.removeprefix(OLD_PREFIX): value
        for name, value in variables.items()
        if name.startswith(OLD_PREFIX)
    }
    return {**variables, **own}


def resolve_variables(
    data: Any, releases: Sequence[Release], variables: Mapping[str, str]
) -> Any:
    """Return plain data with the values and defaults of its variables.

    The last of `releases` (oldest first) reads the data; but a string
    in the syntax of 0.2.12 and before is read by the first, if that is
    old enough.
    """
    if isinstance(data, str):
        return _resolve_string(data, releases, variables)
    if isinstance(data, dict):
        return {
            key: resolve_variables(value, releases, variables)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [resolve_variables(item, releases, variables) for item in data]
    return data


def _resolve_string(
    text: str, releases: Sequence[Release], variables: Mapping[str, str]
) -> Any:
    if "${env." not in text:
        return text
    release = releases[-1]
    if releases[0] < TYPED_SINCE and find_old_placeholder(text):
        release = releases[0]

    def value_of(match: re.Match[str]) -> str:
        name, operator, given = match[1], match[2], match[3] or ""
        # an empty variable counts as unset, in every release
        value = variables.get(name, "")
        if operator == "+":
            return os.path.expanduser(given) if value else ""
        if value:
            return os.path.expanduser(value)
        if operator is None:
            return match[0]
        return os.path.expanduser(given)

    result = variable_pattern(release).sub(value_of, text)
    if release < TYPED_SINCE or result == text or "${env." in result:
        return result
    return convert_string(result)


def find_missing_variable(text: str) -> str | None:
    """Return the first variable that a resolved string still names."""
    match = _NAMED.search(text)
    return match[1] if match else None


SWITCHED: Final = re.compile(NAMED_START + r":?\+([^}]*)\}")
"""Matches the id of a provider that a variable switches on, in either syntax."""


class Switch(NamedTuple):
    """A provider that is off, and the variable that would switch it on.

    Off in this environment does not mean off on the server: what a data
    command says about such a provider names the variable.
    """

    api: str
    path: Path
    provider_id: str
    variable: str

    def explain(self, config: str) -> str:
        """Return in words why the provider is off in this environment."""
        return (
            f"'{self.provider_id}' of {config} is off here: {self.variable} is not set"
        )


def find_switches(written: JsonObject, resolved: JsonObject) -> Iterator[Switch]:
    """Yield the providers of a config that are off for want of a variable.

    `written` is the config as it is in the file, `resolved` with its
    variables.
    """
    places = provider_entries(with_string_keys(written))
    for (api, index, entry), (_, _, now) in zip(
        places, provider_entries(resolved), strict=True
    ):
        match = SWITCHED.fullmatch(as_string(entry.get("provider_id")))
        if match is not None and is_disabled(now):
            yield Switch(api, ("providers", api, index), match[2], match[1])
