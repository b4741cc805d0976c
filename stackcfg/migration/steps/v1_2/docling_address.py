"""ogx 1.1 → 1.2: remote::docling-serve adds `/v1` to its `base_url` itself, and takes one off that is there (1.2.0).

An address with `/v1` means the same before and after, and so does the default; another one does not.
Source: the adapters of ogx 1.1.3 and 1.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string


def run(context: StepContext) -> Iterator[Change]:
    """A note for each address that is called differently now."""
    for api, index, provider in provider_entries(context.data):
        address = as_string(value_at(provider, ("config", "base_url")))
        if (
            api != "file_processors"
            or provider.get("provider_type") != "remote::docling-serve"
            or not address
        ):
            continue
        if not guess_value(address).rstrip("/").endswith("/v1"):
            where = context.text.offset(("providers", api, index, "config", "base_url"))
            yield StepNote(
                CHECK,
                "'/v1' is added to this address now: is that where docling-serve answers?",
                where,
            )
