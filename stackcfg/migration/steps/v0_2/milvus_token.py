"""Within 0.2: vector_io `remote::milvus` requires the key `token`, null where there is no token (0.2.14).

Every later release refuses a config without the key. Source: the config classes of the
released wheels.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at


def run(context: StepContext) -> Iterator[Change]:
    """Add the key."""
    for path, provider in context.providers_of("vector_io", "remote::milvus"):
        config = mapping_at(provider, ("config",))
        if config and "token" not in config:
            yield from context.text.add((*path, "config", "token"), None)
