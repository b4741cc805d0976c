"""Within 0.2: `token` of vector_io `remote::milvus` must be written, null where there is none (0.2.14).

Every later release refuses a config without the key. Source: the config classes of the released wheels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.migration.changes import Change, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added, providers_of
from stackcfg.yamltext.emit import Field


def run(context: StepContext) -> Iterator[Change]:
    """Add the key."""
    for path, entry in providers_of(context, "vector_io", "remote::milvus"):
        config = entry.get("config")
        if isinstance(config, Mapping) and config and "token" not in config:
            yield Put((*path, "config", "token"), None)
            yield added(context, (*path, "config"), Field("token", None))
