"""ogx 1.1 → 1.2: remote::docling-serve adds `/v1` to its `base_url` unless it is there (1.2.0).

An address with `/v1` means the same before and after, and so does the default.
Any other address does not. Source: the adapters of ogx 1.1.3 and 1.2.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at, value_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.values import as_string

KIND: Final = "remote::docling-serve"
SECTION: Final = ("providers", "file_processors")


def run(context: StepContext) -> Iterator[Change]:
    """Report each address that the server changes now."""
    message = "the server adds '/v1' to this address now; check that docling-serve answers there"
    for index, provider in enumerate(list_at(context.data, SECTION)):
        address = as_string(value_at(provider, ("config", "base_url")))
        if not address or value_at(provider, ("provider_type",)) != KIND:
            continue
        if not guess_value(address).rstrip("/").endswith("/v1"):
            yield context.check(message, (*SECTION, index, "config", "base_url"))
