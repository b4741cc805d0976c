"""Providers that a variable switches on: `${env.X:+id}` without X is off.

Off in this environment does not mean off on the server: what a data command says
about such a provider names the variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from stackcfg.data.stored_json import JsonObject
from stackcfg.paths import Path
from stackcfg.runconfig.placeholders import NAMED_START
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string, with_string_keys

SWITCHED: Final = re.compile(NAMED_START + r":?\+([^}]*)\}")
"""Matches the id of a provider that a variable switches on, in either syntax."""


class Switch(NamedTuple):
    """A provider that is off, and the variable that would switch it on."""

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

    `written` is the config as it is in the file, `resolved` with its variables.
    """
    places = provider_entries(with_string_keys(written))
    for (api, index, entry), (_, _, now) in zip(
        places, provider_entries(resolved), strict=True
    ):
        match = SWITCHED.fullmatch(as_string(entry.get("provider_id")))
        if match is not None and is_disabled(now):
            yield Switch(api, ("providers", api, index), match[2], match[1])
