"""Within ogx 1.0: pgvector has no default password any more (1.0.4).

The old default is written out where a config relies on it. Source: the config models of ogx 1.0.0 and 1.0.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import CHECK, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import provider_spec
from stackcfg.runconfig.providers import provider_entries
from stackcfg.yamltext.emit import Field

BEFORE: Final = (1, 0, 0)
KIND: Final = "remote::pgvector"


def run(context: StepContext) -> Iterator[Change]:
    """Write the password that the server took of itself."""
    for api, index, entry in provider_entries(context.data):
        settings = entry.get("config")
        if api != "vector_io" or entry.get("provider_type") != KIND:
            continue
        if isinstance(settings, Mapping) and "password" in settings:
            continue
        path = ("providers", api, index, "config")
        message = "pgvector has no default password any more: the old one is written out; better a variable"
        yield StepNote(CHECK, message, context.text.offset(path))
        yield Put((*path, "password"), _old_default())
        yield added(context, path, Field("password", _old_default()))


def _old_default() -> str:
    spec = provider_spec("vector_io", KIND, BEFORE)
    assert spec is not None
    return str(config_model(spec.config, BEFORE).fields["password"].default)
