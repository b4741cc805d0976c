"""The endpoint that tells an OAuth 2 server whose a token is."""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import AUTH_PROVIDER
from stackcfg.runconfig.values import as_string

URL: Final = ("introspection", "url")


def find_unverified_endpoint(context: StepContext) -> Path | None:
    """Return the path of an address whose certificate only some releases verify."""
    provider = mapping_at(context.data, AUTH_PROVIDER)
    address = guess_value(as_string(value_at(provider, URL)))
    if provider.get("tls_cafile") or provider.get("verify_tls") is False:
        return None
    if not address or address.startswith("http:"):
        return None
    return (*AUTH_PROVIDER, *URL)
