"""ogx 1.1 → 1.2: remote::docling-serve adds `/v1` to its `base_url` itself, and takes one off that is there (1.2.0).

An address with `/v1` means the same before and after, and so does the default; another one does not.
Source: the adapters of ogx 1.1.3 and 1.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import ACTION, Change, Note
from stackcfg.migration.context import Context
from stackcfg.paths import at
from stackcfg.runconfig.placeholders import likely
from stackcfg.runconfig.providers import providers
from stackcfg.runconfig.values import text_of


def run(context: Context) -> Iterator[Change]:
    """A note for each address that is called differently now."""
    for api, index, provider in providers(context.data):
        address = text_of(at(provider, ("config", "base_url")))
        if api != "file_processors" or provider.get("provider_type") != "remote::docling-serve" or not address:
            continue
        if not likely(address).rstrip("/").endswith("/v1"):
            where = context.offset(("providers", api, index, "config", "base_url"))
            yield Note(ACTION, "'/v1' is added to this address now: is that where docling-serve answers?", where)
