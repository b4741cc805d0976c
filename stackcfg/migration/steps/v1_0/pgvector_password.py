"""Within ogx 1.0: pgvector has no default password any more (1.0.4).

The old default is written out where a config relies on it.
Source: the config models of ogx 1.0.0 and 1.0.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at, mapping_at, value_at
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import provider_spec

BEFORE: Final = (1, 0, 0)
KIND: Final = "remote::pgvector"
SECTION: Final = ("providers", "vector_io")


def run(context: StepContext) -> Iterator[Change]:
    """Write the password that the server used by default."""
    message = "pgvector has no default password any more; the old one is written out; use a variable"
    for index, provider in enumerate(list_at(context.data, SECTION)):
        if value_at(provider, ("provider_type",)) != KIND:
            continue
        path = (*SECTION, index, "config")
        if "password" not in mapping_at(context.data, path):
            yield context.check(message, path)
            yield from context.text.add((*path, "password"), _old_default())


def _old_default() -> str:
    spec = provider_spec("vector_io", KIND, BEFORE)
    assert spec is not None
    return str(config_model(spec.config, BEFORE).fields["password"].default)
