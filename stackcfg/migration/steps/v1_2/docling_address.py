"""ogx 1.1 → 1.2: remote::docling-serve adds `/v1` to its `base_url` (1.2.0).

An address with `/v1` means the same before and after, and so does the
default. Any other address does not. Source: the adapters of ogx 1.1.3
and 1.2.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.values import as_string

KIND = "remote::docling-serve"
ADDRESS = ("config", "base_url")


def run(context: StepContext) -> Changes:
    """Report each address that the server changes now."""
    message = (
        "the server adds '/v1' to this address now; "
        "check that docling-serve answers there"
    )
    for path, provider in context.all_providers_of("file_processors", KIND):
        address = as_string(value_at(provider, ADDRESS))
        if address and not guess_value(address).rstrip("/").endswith("/v1"):
            yield context.check(message, (*path, *ADDRESS))
