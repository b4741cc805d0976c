"""The settings that switch TLS on, and when a server must have them."""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.releases.changes import TLS_DEMANDED_SINCE
from stackcfg.releases.versions import Release
from stackcfg.runconfig.booleans import as_pydantic_bool

SERVER: Final = ("server",)
TLS_FILES: Final = ("tls_certfile", "tls_keyfile")
"""The keys of `server` that HTTPS needs, both of them."""


def demands_tls(version: Release, server: Mapping[str, Any]) -> bool:
    """Return whether a release needs TLS to start with these settings."""
    if version < TLS_DEMANDED_SINCE:
        return False
    return as_pydantic_bool(server.get("insecure", False)) is False
