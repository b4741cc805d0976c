"""0.4 → 0.5: remote::vertexai calls `global` where no location is given, before `us-central1` (0.5.0, upstream #4674).

The old default is written out. Source: the config classes of 0.4.7 and 0.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import Change, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added, providers_of
from stackcfg.paths import value_at
from stackcfg.yamltext.emit import Field

KIND: Final = "remote::vertexai"
KEY: Final = "location"
DEFAULT: Final = "us-central1"


def run(context: StepContext) -> Iterator[Change]:
    """Write the location where the config leaves it out."""
    for path, provider in providers_of(context, "inference", KIND):
        settings = value_at(provider, ("config",))
        if isinstance(settings, Mapping) and settings and KEY not in settings:
            yield Put((*path, "config", KEY), DEFAULT)
            yield added(context, (*path, "config"), Field(KEY, DEFAULT))
